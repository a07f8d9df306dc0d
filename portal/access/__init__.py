"""Who may do what: staff roles, token scopes, and how a request proves which it has."""
