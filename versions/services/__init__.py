"""Every write of the versions app."""
