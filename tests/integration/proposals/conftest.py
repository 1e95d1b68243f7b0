"""Who takes part in most of these tests, and which of them need the shared folder."""

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from proposals.models import User
from tests.factories import create_user
from tests.factories.clients import create_client

SHARED = Path(__file__).resolve().parents[4] / "shared"

# The real reports are for measuring and no part of the repository: without them there is nothing to collect.
_NEEDED = {
    "test_corpus_round_trip.py": SHARED / "corpus" / "reports.jsonl",
    "test_founding_reports.py": SHARED / "reports",
}
collect_ignore = [test for test, needed in _NEEDED.items() if not needed.exists()]


@pytest.fixture
def ada() -> User:
    """An operator."""
    return create_user("ada")


@pytest.fixture
def lead() -> User:
    """A lead."""
    return create_user("lead", groups=["Leads"])


@pytest.fixture
def viewer() -> APIClient:
    """A viewer, who calls the API."""
    return create_client(create_user(groups=["Viewers"]))
