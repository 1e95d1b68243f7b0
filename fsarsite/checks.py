"""Bad combinations of settings, as system checks with an id and a way out."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name
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


@register(Tags.compatibility)
def check_rehearsals(**_: Any) -> list[CheckMessage]:
    """Copies of the target are made by a role that has nothing to do with our own database; bare only on purpose."""
    url, own = settings.REHEARSAL_DATABASE_URL, settings.DATABASES["default"]
    if not url:
        return []
    try:
        place = _place(url)
    except psycopg.ProgrammingError:
        hint = "Write postgresql://ROLE:PASSWORD@HOST/DATABASE."
        return [Error("REHEARSAL_DATABASE_URL cannot be read.", hint=hint, id="fsarsite.E006")]
    found: list[CheckMessage] = []
    if place == (str(own.get("HOST")), str(own.get("PORT") or 5432), own["NAME"]):
        hint = "Name another database, as a role that may create databases and owns nothing else."
        found.append(Error("REHEARSAL_DATABASE_URL is fsarsite's own database.", hint=hint, id="fsarsite.E007"))
    if settings.REHEARSAL_ROWS == "copied":
        hint = "Leave REHEARSAL_ROWS unset, and personal columns are masked on the way."
        found.append(Warning("Rehearsals copy rows to another server as they are.", hint=hint, id="fsarsite.W001"))
    return found


def _place(url: str) -> tuple[str, str, str]:
    given = conninfo_to_dict(url)
    return str(given.get("host")), str(given.get("port") or 5432), str(given.get("dbname"))
