"""A page for each rule, made from what the analyzers say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from inspect import cleandoc

from proposals.gate.analyzer import all_analyzers
from proposals.gate.findings import Effect, Rule
from proposals.gate.waiving import CRASHED, EXCEEDED, why_not_waivable

INDEX = "README.md"
_MADE = "<!-- Made by `manage.py rules --write docs/rules`; edit the analyzer instead. -->"
_EFFECTS = {
    Effect.BLOCK: "blocks: a person decides, whatever the score",
    Effect.UNUSABLE: "returns the report to its producer",
    Effect.REVIEW: "asks for a person",
    Effect.NONE: "is told and changes nothing",
}
_GATE = (
    "What the gate says of itself when a content could not be read to its end. Nothing that was not read is let "
    "through. Limits and the child process that they bind: `proposals/gate/bounded.py`."
)


@dataclass(frozen=True, slots=True)
class RulePage:
    """One rule as Markdown. `file_name` is its page's, in docs/rules/."""

    rule: Rule
    about: str
    seen_by: str

    @property
    def file_name(self) -> str:
        return f"{self.rule.id.replace('/', '-')}.md"

    @property
    def text(self) -> str:
        """The file in docs/rules/."""
        heading, rest = self.prose.split("\n\n", 1)
        return f"{heading}\n\n{_MADE}\n\n{rest}\n[All rules]({INDEX})\n"

    @property
    def prose(self) -> str:
        """The page by itself."""
        rule = self.rule
        paragraphs = (
            f"# {rule.title}",
            f"`{rule.id}` · {rule.level} · {_EFFECTS[rule.effect]}",
            f"**What to do:** {rule.what_to_do}",
            f"**What is looked at:** {self.about}",
            *self._raises(),
            *self._waivers(),
            f"Seen by `{self.seen_by}`.",
        )
        return "\n\n".join(paragraphs) + "\n"

    def _raises(self) -> Iterator[str]:
        raises = self.rule.raises
        factors = (
            ("likelihood", raises.likelihood),
            ("damage", raises.damage),
            ("reversibility", raises.reversibility),
        )
        least = [f"{name} {value}" for name, value in factors if value]
        if least:
            yield f"**In the score:** at least {', '.join(least)}."

    def _waivers(self) -> Iterator[str]:
        why_not = why_not_waivable(self.rule.id)
        if why_not:
            yield f"**No waiver lifts it:** {why_not}."


@lru_cache(maxsize=1)
def rule_pages() -> dict[str, RulePage]:
    """The page of every rule, by rule id, in order."""
    pages = [
        RulePage(rule, " ".join(cleandoc(type(analyzer).__doc__ or "").split()), type(analyzer).__module__)
        for analyzer in all_analyzers()
        for rule in analyzer.rules
    ]
    pages += [RulePage(rule, _GATE, "proposals.gate") for rule in (CRASHED, EXCEEDED)]
    return {page.rule.id: page for page in sorted(pages, key=lambda page: page.rule.id)}


def written_pages() -> dict[str, str]:
    """The text of every file of docs/rules/, by file name."""
    pages = rule_pages()
    rows = [
        f"| [`{page.rule.id}`]({page.file_name}) | {page.rule.title} | {page.rule.level} | {page.rule.effect} |"
        for page in pages.values()
    ]
    head = [
        "# Rules of the gate",
        "",
        _MADE,
        "",
        f"{len(rows)} rules. `effect`: block, unusable (returned), review, none.",
    ]
    table = ["", "| rule | says | level | effect |", "|---|---|---|---|", *rows]
    return {INDEX: "\n".join([*head, *table]) + "\n"} | {page.file_name: page.text for page in pages.values()}
