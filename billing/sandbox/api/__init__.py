"""The part of Stripe's API that a shop with hosted Checkout needs, one file per resource."""
