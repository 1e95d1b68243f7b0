"""What commands of the documentation run in."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings


def environment_here(data: Path) -> dict[str, str]:
    """This process's, on the test's own database, with the data in that folder."""
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    given = os.environ | {
        "DATABASE_URL": f"{server}/{settings.DATABASES['default']['NAME']}",
        "FSARSITE_DATA": str(data),
    }
    given.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests set it in this process
    return given
