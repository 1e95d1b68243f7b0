"""What a change of the policy would have done to the proposals of the past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.db.models.functions import Length

from proposals.gate import Effect, Finding, Level, Outcome, Rules, Score
from proposals.gate.analyzers.file_path import protecting_glob
from proposals.gate.assessment import decide
from proposals.gate.bounded import assess_bounded
from proposals.gate.mitigating import mitigate
from proposals.models import Finding as Row
from proposals.models import PolicyVersion, Proposal

MOST = 500


@dataclass(frozen=True, slots=True)
class Fate:
    """What a policy does with one proposal. ``goes_ahead`` without a person; else ``approvals`` people are needed."""

    outcome: Outcome
    severity: int
    goes_ahead: bool
    approvals: int

    def __str__(self) -> str:
        said = self.outcome.value.replace("_", " ")
        if self.goes_ahead:
            return f"{said}, goes ahead by itself"
        return f"{said}, {self.approvals} approval{'' if self.approvals == 1 else 's'} needed"


@dataclass(frozen=True, slots=True)
class Altered:
    """One proposal that would have fared otherwise."""

    proposal: Proposal
    before: Fate
    after: Fate


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``examined`` proposals, the newest first, were decided under the policy in force and under the other one."""

    against: PolicyVersion
    examined: int
    altered: tuple[Altered, ...]

    @property
    def sentence(self) -> str:
        """One line for a person."""
        return f"This change would have altered {len(self.altered)} of the last {self.examined} outcomes."


def rehearse_policy(document: dict[str, Any], last: int = MOST) -> Rehearsal:
    """Decide the ``last`` (1..500) assessed proposals again under ``document``. Changes nothing.

    Decides from the stored score and findings; reads a report again only where the change touches what analyzers
    see: its path among the protected ones, or its size. Raises PolicyError naming the key.
    """
    after, current = Rules.from_dict(document), PolicyVersion.objects.current()
    before = current.rules
    proposals = list(_assessed(last))
    altered = []
    for proposal in proposals:
        fates = _fates(proposal, before, after)
        if (fates[0].outcome, *_rights(fates[0])) != (fates[1].outcome, *_rights(fates[1])):
            altered.append(Altered(proposal, *fates))
    return Rehearsal(current, len(proposals), tuple(altered))


def _rights(fate: Fate) -> tuple[bool, int]:
    return fate.goes_ahead, 0 if fate.goes_ahead else fate.approvals


def _assessed(last: int) -> Iterable[Proposal]:
    rows = Proposal.objects.filter(assessment__isnull=False, duplicate_of=None).select_related("assessment__policy")
    findings = Row.objects.only("assessment", "rule_id", "effect", "fingerprint", "is_waived").order_by("id")
    return (
        rows.annotate(size=Length("received"))
        .defer("received", "text")
        .prefetch_related(Prefetch("assessment__findings", findings))
        .order_by("-id")[: min(max(last, 1), MOST)]
    )


def _fates(proposal: Proposal, before: Rules, after: Rules) -> tuple[Fate, Fate]:
    judged = proposal.assessment
    if judged is None:
        raise LookupError(f"{proposal.report_id} was not assessed")
    stored = judged.policy.rules
    score = Score(judged.likelihood, judged.damage, judged.reversibility, {})
    findings = [_seen(row) for row in judged.findings.all()]
    return _fate(proposal, score, findings, stored, before), _fate(proposal, score, findings, stored, after)


def _fate(proposal: Proposal, score: Score, findings: list[Finding], stored: Rules, rules: Rules) -> Fate:
    waived = frozenset(finding.fingerprint for finding in findings if finding.is_waived)
    measured, is_mitigated = (judged.measured, judged.is_mitigated) if (judged := proposal.assessment) else (0, False)
    is_lifted = bool(waived) or is_mitigated
    if is_lifted or _reads_otherwise(proposal, stored, rules):  # a floor looks at the score without waivers
        before = proposal.measured_before
        verdict = assess_bounded(proposal.report, rules, measured=measured, waived=waived, measurements=before)
        verdict = mitigate(verdict, rules) if is_mitigated else verdict
        outcome, band, severity = verdict.outcome, verdict.band, verdict.severity
    else:
        decided = decide(score, findings, rules)
        outcome, band, severity = decided.outcome, decided.band, decided.severity
    approvals = rules.approvals["returned" if outcome is Outcome.RETURNED else band.value]
    goes_ahead = outcome is Outcome.CLEARED and rules.auto_execute and not is_lifted
    return Fate(outcome, severity, goes_ahead, approvals)


def _reads_otherwise(proposal: Proposal, stored: Rules, rules: Rules) -> bool:
    """Whether an analyzer would see something else under ``rules`` than under those that the proposal was read by."""
    sizes = sorted((stored.max_content_bytes, rules.max_content_bytes))
    if sizes[0] != sizes[1] and proposal.size > sizes[0]:  # type: ignore[attr-defined]  # annotated
        return True
    if stored.protected_paths == rules.protected_paths or not proposal.path:
        return False
    was, would_be = (bool(protecting_glob(proposal.path, each.protected_paths)) for each in (stored, rules))
    return was != would_be


def _seen(row: Row) -> Finding:
    return Finding(row.rule_id, Level.NOTE, "", "", None, row.fingerprint, Effect(row.effect), row.is_waived)
