"""The sample reports."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import Group

from fsarsite.samples.accounts import AGENT
from proposals.imports import Document, Importer, Tally
from proposals.models import User
from proposals.services import service_account

FOLDER = Path(__file__).with_name("reports")


def load_reports() -> Tally:
    """Submit the sample reports for the sample agent, an AI model's account. Idempotent.

    Raises ValueError when a person has the agent's name.
    """
    agent = service_account(AGENT, User.Kind.MODEL)
    agent.groups.add(Group.objects.get(name="Producers"))
    door = Importer(AGENT)
    return Tally.of(door.submit(Document(path.name, 1, path.read_bytes(), None)) for path in sorted(FOLDER.iterdir()))
