"""One file per kind of object: its shape as Stripe publishes it for `API_VERSION`. Pure functions."""
