"""The small bodies that operators and producers send."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from proposals.models import Decision

NOTE_LENGTH = 4000


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses keys that it does not know: a typing error must not be taken for silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises ValidationError."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name[:100]: ["is no key of this body"] for name in unknown[:10]})
        return super().to_internal_value(data)


class DecideSerializer(StrictSerializer):
    """A decision, bound to what was read."""

    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    content_hash = serializers.CharField(max_length=80, help_text="`content_hash` of the proposal that was read.")
    assessment = serializers.IntegerField(min_value=1, help_text="`assessment.id` of the proposal that was read.")
    note = serializers.CharField(
        max_length=NOTE_LENGTH,
        default="",
        allow_blank=True,
        help_text="Why; at least 10 characters for reject and send_back.",
    )


class ReasonSerializer(StrictSerializer):
    """Why something is done."""

    note = serializers.CharField(max_length=NOTE_LENGTH, help_text="Why; at least 10 characters.")


class NoteSerializer(StrictSerializer):
    """A word on it, if wanted."""

    note = serializers.CharField(max_length=NOTE_LENGTH, default="", allow_blank=True)


class NothingSerializer(StrictSerializer):
    """An empty body."""
