"""What somebody is told after logging in: when it was that they, or another with their password, did so before."""

from __future__ import annotations

from datetime import datetime

from axes.models import AccessFailureLog, AccessLog
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from proposals.models import User

_MOST = 100


def last_login_notice(user: User, previous: datetime | None) -> str:
    """A few words. Two queries, by the name and bounded; none for a first login, or where nothing is logged."""
    if previous is None:
        return "This is the first login of this account."
    said = f"Last login: {date_format(timezone.localtime(previous), 'DATETIME_FORMAT')}"
    if not settings.AXES_ENABLED:
        return f"{said}."
    logins = AccessLog.objects.filter(username=user.username, attempt_time__lte=previous)
    address = logins.order_by("-attempt_time").values_list("ip_address", flat=True).first()
    said = f"{said}, from {address}." if address else f"{said}."
    failures = AccessFailureLog.objects.filter(username=user.username, attempt_time__gt=previous)
    failed = failures.order_by()[:_MOST].count()
    if not failed:
        return said
    number = str(failed) if failed < _MOST else f"{_MOST} or more"
    return f"{said} {number} failed login{'' if failed == 1 else 's'} since. If that was not you, tell a Lead."
