"""What the list of proposals can be narrowed by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from proposals.gate import Band
from proposals.models import Proposal
from proposals.states import Status


class WholeNumberFilter(django_filters.Filter):
    """A whole number; NumberFilter would take 1e400."""

    field_class = forms.IntegerField


class MomentField(django_filters.fields.IsoDateTimeField):
    """A moment in UTC: PostgreSQL takes fewer time zones than RFC 3339."""

    def clean(self, value: Any) -> datetime | None:
        """The moment. Raises forms.ValidationError."""
        moment: datetime | None = super().clean(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise forms.ValidationError("Enter a moment of the years 1 to 9999.") from None


class MomentFilter(django_filters.Filter):
    """RFC 3339 date and time."""

    field_class = MomentField


class ProposalFilter(django_filters.FilterSet):
    """The filters of the list. Each narrows further; ``status`` may be given more than once."""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices, help_text="Repeat it for more than one.")
    band = django_filters.MultipleChoiceFilter(choices=[(band.value, band.value) for band in Band])
    type = django_filters.ChoiceFilter(choices=Proposal.Type.choices)
    opportunity = django_filters.CharFilter(
        field_name="opportunity__name", max_length=200, strip=False, help_text="Its exact name."
    )
    group = WholeNumberFilter(
        field_name="group_id", min_value=1, max_value=2**63 - 1, help_text="`group.id`: those that ask for the same."
    )
    submitted_by = django_filters.CharFilter(
        field_name="submitted_by__username", max_length=150, help_text="The account that submitted it."
    )
    submitted_after = MomentFilter(
        field_name="submitted_at", lookup_expr="gte", help_text="RFC 3339; this moment is included."
    )
    submitted_before = MomentFilter(
        field_name="submitted_at", lookup_expr="lt", help_text="RFC 3339; this moment is not included."
    )
    min_severity = WholeNumberFilter(
        field_name="severity", lookup_expr="gte", min_value=0, max_value=75, help_text="0 to 75."
    )
    q = django_filters.CharFilter(
        method="search", max_length=200, help_text="Words that stand in the title, text, path or report id."
    )

    class Meta:
        model = Proposal
        fields: list[str] = []

    def search(self, rows: QuerySet[Proposal], _name: str, value: str) -> QuerySet[Proposal]:
        """Rows that hold every word, whatever its case."""
        for word in value.split()[:10]:
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(text__icontains=word)
                | Q(path__icontains=word)
                | Q(report_id__icontains=word)
            )
        return rows
