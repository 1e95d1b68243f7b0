"""What the list of tasks can be narrowed by."""

from __future__ import annotations

import django_filters

from execution.models import ExecutionTask
from execution.states import TaskStatus
from proposals.api.filters import MomentFilter
from proposals.models import Proposal


class TaskFilter(django_filters.FilterSet):
    """The filters of the list. Each narrows further; ``status`` and ``kind`` may be given more than once."""

    status = django_filters.MultipleChoiceFilter(choices=TaskStatus.choices, help_text="Repeat it for more than one.")
    kind = django_filters.MultipleChoiceFilter(choices=ExecutionTask.Kind.choices)
    type = django_filters.ChoiceFilter(choices=Proposal.Type.choices)
    proposal = django_filters.CharFilter(
        field_name="proposal__report_id", max_length=100, help_text="The id of the report that asked for it."
    )
    queued_after = MomentFilter(
        field_name="queued_at", lookup_expr="gte", help_text="RFC 3339; this moment is included."
    )
    queued_before = MomentFilter(
        field_name="queued_at", lookup_expr="lt", help_text="RFC 3339; this moment is not included."
    )

    class Meta:
        model = ExecutionTask
        fields: list[str] = []
