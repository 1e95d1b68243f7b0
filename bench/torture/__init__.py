"""``python -m bench torture``: Stripe, workers and handlers of a shop fail; are its books right after it?

A Django app, so that the handlers that fail are inside the product's own processes.
"""
