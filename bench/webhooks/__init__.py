"""``python -m bench webhooks``: deliveries a second, kept and processed, against dj-stripe's own view.

A Django app: both views run in the same gunicorn, on the same database.
"""
