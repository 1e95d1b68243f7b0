"""What the first screen says beyond the assessment's own sentences: where, what to verify, and whose word it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from proposals.admin.panels import Panel, Place
from proposals.admin.threads import ANCHORS
from proposals.gate import Effect, Rules
from proposals.gate.languages.sql import sql_texts
from proposals.gate.subject import Subject
from proposals.models import Assessment, Finding, Proposal
from proposals.states import ENDED, Status

_LAST = 10
_TO_VERIFY = 3
_UNDONE = {1: "Undone at no loss", 2: "Undone with loss or effort", 3: "Cannot be undone"}
_SPOTS = ("blind_spots", "unintended_consequences")


def first_screen_context(proposal: Proposal, findings: list[Finding], panels: list[Panel]) -> dict[str, Any]:
    """One query: what became of the producer's last proposals."""
    assessment = proposal.assessment
    proofs = [panel for panel in panels if panel.place == Place.PROOF and panel.headline]
    is_proven = bool(proofs or (assessment and assessment.measured))
    return {
        "where": _where(proposal),
        "undone": _UNDONE[assessment.reversibility] if assessment else "",
        "proofs": proofs,
        "to_verify": _to_verify(assessment, findings, is_proven=is_proven) if assessment else [],
        "fates": (fates := fates_of_producer(proposal)),
        "ended": sum(count for count, _ in fates),
    }


def fates_of_producer(proposal: Proposal) -> list[tuple[int, Status]]:
    """How many of the last ten that came to an end did so how, of those that the same account submitted before."""
    ended = Proposal.objects.filter(submitted_by=proposal.submitted_by_id, status__in=sorted(ENDED))
    last = ended.filter(pk__lt=proposal.pk).order_by("-id").values_list("status", flat=True)[:_LAST]
    counts = Counter(last)
    return [(counts[fate], fate) for fate in ENDED if counts[fate]]


def _where(proposal: Proposal) -> str:
    frame = proposal.frame
    if frame is None:
        return "The target database and people" if _asks_for_sql(proposal) else "Nothing by itself; people do it"
    if frame.path.lower().endswith(".sql"):
        return "The target database"
    return "The workspace, as one commit"


def _asks_for_sql(proposal: Proposal) -> bool:
    rules = proposal.assessment.policy.rules if proposal.assessment else Rules()
    return bool(sql_texts(Subject.of(proposal.report), rules))


def _to_verify(assessment: Assessment, findings: list[Finding], *, is_proven: bool) -> list[dict[str, Any]]:
    """The three things that a person can tell and the engine cannot, the most pressing first."""
    return list(_unique(_questions(assessment, findings, is_proven=is_proven)))[:_TO_VERIFY]


def _questions(assessment: Assessment, findings: list[Finding], *, is_proven: bool) -> Iterator[dict[str, Any]]:
    for effect in (Effect.BLOCK, Effect.UNUSABLE, Effect.REVIEW):
        for finding in findings:
            is_told = finding.message.rstrip(".") in assessment.headline
            if finding.effect == effect and not finding.is_waived and not is_told:
                yield _question(finding.message, finding.artifact, finding.start_line)
    if not is_proven and assessment.reversibility > 1:
        yield _question("That it can be undone: nothing has proven the way back.")
    for name in _SPOTS:
        for point in assessment.retrospective.get(name, ()):
            yield _question(point["text"], point.get("artifact", ""), point.get("line"))
    for claim in assessment.truth.get("claims", ()):
        yield _question(claim["falsified_by"], claim["artifact"], claim["line"])


def _question(text: str, artifact: str = "", line: int | None = None) -> dict[str, Any]:
    anchor = ANCHORS.get(artifact)
    return {"text": text, "line": line, "href": f"#{anchor}-L{line}" if anchor and line else ""}


def _unique(questions: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for question in questions:
        if question["text"] and question["text"] not in seen:
            seen.add(question["text"])
            yield question
