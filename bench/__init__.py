"""Our queue against others, on one job, one PostgreSQL and one machine: ``python -m bench``."""
