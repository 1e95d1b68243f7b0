"""The small bodies that operators and producers send."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import Direction
from rest_framework import serializers

from proposals.models import Decision
from proposals.services.review import REASON_LENGTH

NOTE_LENGTH = 4000


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses keys that it does not know: a typing error must not be taken for silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises ValidationError."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name[:100]: ["is no key of this body"] for name in unknown[:10]})
        return super().to_internal_value(data)


class StrictSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """Tells the schema that a StrictSerializer takes no other keys."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Direction) -> dict[str, Any]:
        """The schema of the fields, closed."""
        fields: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001
        return fields | {"additionalProperties": False}


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
    likelihood = serializers.IntegerField(
        min_value=1,
        max_value=5,
        required=False,
        help_text="Your own: how likely it goes wrong, 1 (hardly) to 5 (almost certainly). To approve what is blocked "
        "it is needed once, with `damage`.",
    )
    damage = serializers.IntegerField(
        min_value=1,
        max_value=5,
        required=False,
        help_text="Your own: how bad that would be, 1 (nobody notices) to 5 (ruin). Two away from the engine's, it "
        "needs another person's approval.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for half an estimate, and for one beside another decision than an approval."""
        given = {"likelihood", "damage"} & set(attrs)
        if given and attrs["kind"] != Decision.Kind.APPROVE:
            raise serializers.ValidationError({name: ["goes with approve only"] for name in sorted(given)})
        if len(given) == 1:
            missing = ({"likelihood", "damage"} - given).pop()
            raise serializers.ValidationError({missing: ["is needed, as the other is given"]})
        return attrs


class ReasonSerializer(StrictSerializer):
    """Why something is done."""

    note = serializers.CharField(
        min_length=REASON_LENGTH, max_length=NOTE_LENGTH, help_text="Why; at least 10 characters."
    )


class NoteSerializer(StrictSerializer):
    """A word on it, if wanted."""

    note = serializers.CharField(max_length=NOTE_LENGTH, default="", allow_blank=True)
