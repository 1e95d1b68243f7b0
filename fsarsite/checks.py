"""Bad combinations of settings, as system checks with an id and a way out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from psycopg.conninfo import conninfo_to_dict


@register(Tags.security)
def check_production(**_: Any) -> list[CheckMessage]:
    """Production neither debugs, nor runs on the embedded server's data, nor on a secret known to all."""
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on in production.", hint="Unset DEBUG.", id="fsarsite.E001"))
    if settings.SECRET_KEY.startswith("django-insecure"):
        found.append(
            Error("SECRET_KEY is the development one.", hint="Set a random one of 50 letters.", id="fsarsite.E002")
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS admits any host.", hint="Name your hosts.", id="fsarsite.E003"))
    return found


@register(Tags.compatibility)
def check_databases(**_: Any) -> list[CheckMessage]:
    """Approved SQL must never run against the database that holds its own approvals."""
    own, target = settings.DATABASES["default"], settings.TARGET_DATABASE_URL
    found: list[CheckMessage] = []
    if settings.PRODUCTION and settings.IS_DATABASE_EMBEDDED:
        found.append(Error("Production uses the embedded PostgreSQL.", hint="Set DATABASE_URL.", id="fsarsite.E004"))
    if target is None:
        return found
    if _place(target) == (str(own.get("HOST")), str(own.get("PORT") or 5432), own["NAME"]):
        found.append(
            Error(
                "TARGET_DATABASE_URL is fsarsite's own database.",
                hint="Approved SQL changes the target; give it a database of its own.",
                id="fsarsite.E005",
            )
        )
    return found


def _place(url: str) -> tuple[str, str, str]:
    given = conninfo_to_dict(url)
    return str(given.get("host")), str(given.get("port") or 5432), str(given.get("dbname"))
