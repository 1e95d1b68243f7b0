"""Money, days and shares as they are written where the reader is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from billing.locales import format_day, format_moment, format_share
from billing.money import format_money

AT = datetime(2026, 11, 26, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "money", "day", "moment", "share"),
    [
        ("en", "€1,900.50", "November 26, 2026", "November 26, 2026, 2:05\u202fPM UTC", "12.5%"),
        ("en-gb", "€1,900.50", "26 November 2026", "26 November 2026, 14:05 UTC", "12.5%"),
        ("de", "1.900,50\xa0€", "26. November 2026", "26. November 2026, 14:05 UTC", "12,5\xa0%"),
        ("de-at", "€\xa01.900,50", "26. November 2026", "26. November 2026, 14:05 UTC", "12,5\xa0%"),
        ("de-ch", "EUR\xa01’900.50", "26. November 2026", "26. November 2026, 14:05 UTC", "12.5%"),
    ],
)
def test_formats_follow_language_and_country(language: str, money: str, day: str, moment: str, share: str) -> None:
    with translation.override(language):
        assert (format_money(190050, "EUR"), format_day(AT), format_moment(AT), format_share(0.125)) == (
            money, day, moment, share,
        )  # fmt: skip
