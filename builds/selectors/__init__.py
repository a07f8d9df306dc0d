"""Questions that screens and endpoints ask about builds, answered with finished rows."""
