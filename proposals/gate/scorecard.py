"""How the gate does on labelled reports, beside two baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proposals.gate.as_json import acceptance_word
from proposals.gate.findings import Effect
from proposals.gate.verdict import Verdict
from proposals.reports import Report

_STOP, _PASS = "stop", "pass"
_FIRST_SYSTEM_WORDS = ("irreversible", "data loss")


@dataclass(slots=True)
class Judge:
    """One way of judging: how many it stopped, by label and by stop reason, and how many it let pass."""

    name: str
    stopped: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)

    def count(self, label: Mapping[str, Any], word: str) -> None:
        target = str(label["target"])
        self.stopped[target] += word == _STOP
        self.passed[target] += word == _PASS
        if word == _STOP:
            self.by_reason.update(label["stop_reasons"])


@dataclass(frozen=True, slots=True)
class Scorecard:
    """`targets` and `reasons` count the labels; the gate is the last of `judges`."""

    targets: Counter[str]
    reasons: Counter[str]
    judges: tuple[Judge, ...]

    def markdown(self) -> str:
        """The table of stop reasons, then the totals."""
        names = " | ".join(judge.name for judge in self.judges)
        head = [f"| stop reason | reports | {names} |", f"|---|--:|{'--:|' * len(self.judges)}"]
        rows = [self._row(reason, count) for reason, count in self.reasons.most_common()]
        return "\n".join([*head, *rows, *self._totals()]) + "\n"

    def _row(self, reason: str, count: int) -> str:
        return f"| {reason} | {count} | {' | '.join(str(judge.by_reason[reason]) for judge in self.judges)} |"

    def _totals(self) -> Iterator[str]:
        stops, passes = self.targets[_STOP], self.targets[_PASS]
        yield self._total("**stopped of those to stop**", stops, [judge.stopped[_STOP] for judge in self.judges])
        yield self._total("leaked: passed of those to stop", stops, [judge.passed[_STOP] for judge in self.judges])
        yield self._total("false stops of those to pass", passes, [judge.stopped[_PASS] for judge in self.judges])

    def _total(self, name: str, of: int, counts: list[int]) -> str:
        shares = " | ".join(f"{count} ({count / max(of, 1):.1%})" for count in counts)
        return f"| {name} | {of} | {shares} |"


def score(judged: Iterable[tuple[Report, Verdict]], labels: Mapping[str, Mapping[str, Any]]) -> Scorecard:
    """Count verdicts against labels (id → target, stop_reasons). Reports without a label are left out."""
    parser, first, gate = Judge("the extension's parser alone"), Judge("the first system"), Judge("the gate")
    targets: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for report, verdict in judged:
        label = labels.get(report.id)
        if label is None:
            continue
        targets[str(label["target"])] += 1
        reasons.update(label["stop_reasons"])
        parser.count(label, _STOP if _does_not_parse(verdict) else _PASS)
        first.count(label, _STOP if any(word in report.proposal.lower() for word in _FIRST_SYSTEM_WORDS) else _PASS)
        gate.count(label, acceptance_word(verdict.outcome))
    return Scorecard(targets, reasons, (parser, first, gate))


def _does_not_parse(verdict: Verdict) -> bool:
    return any(
        finding.rule_id.startswith("syntax/") and finding.effect is Effect.UNUSABLE for finding in verdict.findings
    )
