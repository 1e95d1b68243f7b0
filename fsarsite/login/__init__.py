"""Logging in at the admin: the form, the second factor, lockouts and the limits of a session."""
