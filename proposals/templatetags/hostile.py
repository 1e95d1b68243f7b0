"""Template filters for text that somebody else wrote."""

from __future__ import annotations

from django import template

from proposals.display import reveal as reveal_text

register = template.Library()


@register.filter
def reveal(text: object) -> str:
    """The text with hidden characters named, to be escaped by the template as ever."""
    return reveal_text(str(text))


@register.filter
def in_words(name: str) -> str:
    """An event's name as words: "claim_released" reads "Claim released"."""
    return name.replace("_", " ").capitalize()
