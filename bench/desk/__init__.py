"""``python -m bench desk``: every page of the admin over many proposals, and the same rows in Django's stock admin.

A Django app: its command runs once under the product's settings and once under those of the stock admin.
"""
