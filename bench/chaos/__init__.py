"""``python -m bench chaos``: real work while workers, clusters and PostgreSQL are killed and the disk is full."""
