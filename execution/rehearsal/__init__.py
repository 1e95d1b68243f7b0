"""Rehearsals of proposals that hold SQL, and the certificates that runs bind to."""
