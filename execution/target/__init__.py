"""The target database: the one that approved SQL changes. Never fsarsite's own."""
