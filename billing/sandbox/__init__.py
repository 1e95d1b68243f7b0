"""A Stripe of our own for development and tests: no money moves, nothing leaves the machine. docs/stripe-sandbox.md."""

from billing.sandbox.control_api import ControlClient
from billing.sandbox.errors import SandboxRefused
from billing.sandbox.sandbox import CONFIGURED_ENDPOINT, Sandbox

__all__ = ["CONFIGURED_ENDPOINT", "ControlClient", "Sandbox", "SandboxRefused"]
