"""Numbers, dates and times as people write them where the reader is."""

from __future__ import annotations

from datetime import datetime

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_percent
from django.utils import timezone
from django.utils.translation import get_language, to_locale


def reading_locale() -> Locale:
    """The locale of the page: its language and, where it is known, the country."""
    return Locale.parse(to_locale(get_language() or "en"))


def format_day(at: datetime) -> str:
    """The day in the site's zone: "November 26, 2026"."""
    return format_date(timezone.localtime(at), "long", reading_locale())


def format_moment(at: datetime) -> str:
    """The day and the time in the site's zone, which it names: "November 26, 2026, 2:05 PM UTC"."""
    local, locale = timezone.localtime(at), reading_locale()
    zone = get_timezone_name(local, "short", locale=locale)
    return f"{format_day(at)}, {format_time(local, 'short', locale=locale)} {zone}"


def format_share(share: float) -> str:
    """A part of one as per cent, with one decimal."""
    locale = reading_locale()
    pattern = str(locale.percent_formats[None].pattern)  # "#,##0%", or with a space
    return format_percent(share, pattern.replace("0", "0.0"), locale)
