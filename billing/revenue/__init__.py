"""Revenue as people and programs read it: by day, currency, offer and opportunity; never across currencies."""
