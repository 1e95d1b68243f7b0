from pathlib import Path

import pytest
import stripe

SHARED = Path(__file__).resolve().parents[4] / "shared"

collect_ignore = [] if (SHARED / "stripe" / "fixtures3.json").exists() else ["test_sandbox_shapes.py"]


@pytest.fixture(autouse=True)
def hasty_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripe's client tries as often as ever, but hardly pauses before it tries again."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.02)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.02)
