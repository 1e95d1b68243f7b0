"""From a verdict of the gate to rows, a status and, when the policy allows it, a release."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.db.models import Subquery

from proposals.actors import Actor
from proposals.gate import GATE_VERSION, Outcome, Verdict
from proposals.gate import Finding as Seen
from proposals.gate.bounded import assess_bounded
from proposals.gate.measurements import Measurement, digest_of
from proposals.gate.mitigating import mitigate
from proposals.models import Assessment, Finding, PolicyVersion, Proposal
from proposals.rehearsals import request_rehearsal
from proposals.releases import release
from proposals.reports import Report, content_hash
from proposals.services.status import change_status, lock_proposal, write_event
from proposals.services.storable import storable, storable_json
from proposals.states import Status


def assess_content(
    report: Report,
    *,
    measured: int = 0,
    waived: frozenset[str] = frozenset(),
    is_mitigated: bool = False,
    measurements: tuple[Measurement, ...] = (),
    hashed_as: str = "",
) -> Assessment:
    """Judge one content under the policy in force; the stored assessment when there is one already. Idempotent.

    One query for a content that was judged before under the same policy and by the same gate. ``measured`` is the
    reversibility that a rehearsal found, 1..3; ``waived`` are fingerprints of findings that a person accepted.
    ``is_mitigated`` says that the check of a mitigation ran and passed. ``measurements`` are what was measured of it
    outside of its text. ``hashed_as`` is the hash of the content as
    it came, for a report that is stored without its secrets.
    """
    judged = {
        "content_hash": hashed_as or content_hash(report),
        "gate_version": GATE_VERSION,
        "measured": measured,
        "waivers": _digest(waived),
        "is_mitigated": is_mitigated,
        "measurements": digest_of(measurements),
    }
    in_force = PolicyVersion.objects.order_by("-version").values("pk")[:1]
    known = Assessment.objects.select_related("policy").filter(**judged, policy=Subquery(in_force))
    if found := known.first():
        return found
    policy = PolicyVersion.objects.current()
    verdict = assess_bounded(report, policy.rules, measured=measured, waived=waived, measurements=measurements)
    if is_mitigated:
        verdict = mitigate(verdict, policy.rules)
    return _store(verdict, judged | {"policy": policy})


def _digest(waived: frozenset[str]) -> str:
    return f"sha256:{hashlib.sha256(','.join(sorted(waived)).encode()).hexdigest()}" if waived else ""


def _store(verdict: Verdict, key: dict[str, object]) -> Assessment:
    with transaction.atomic():
        assessment, created = Assessment.objects.get_or_create(
            **key,
            defaults={
                "outcome": verdict.outcome,
                "band": verdict.band,
                "likelihood": verdict.score.likelihood,
                "damage": verdict.score.damage,
                "reversibility": verdict.score.reversibility,
                "severity": verdict.severity,
                "evidence": {name: storable(text) for name, text in verdict.score.evidence.items()},
                "decided_by": storable(verdict.decided_by),
                "headline": storable(verdict.headline),
                "effect": storable(verdict.effect_line),
                "worst_case": storable(verdict.worst_case),
                "way_back": storable(verdict.way_back),
                "distance": verdict.distance.as_dict() if verdict.distance else {},
                "retrospective": storable_json(verdict.retrospective.as_dict()),
                "truth": storable_json(verdict.truth.as_dict()),
            },
        )
        if created:
            Finding.objects.bulk_create(_row(assessment, finding) for finding in verdict.findings)
    return assessment


def _row(assessment: Assessment, seen: Seen) -> Finding:
    return Finding(
        assessment=assessment,
        rule_id=seen.rule_id,
        level=seen.level,
        effect=seen.effect,
        message=storable(seen.message),
        remedy=storable(seen.remedy),
        artifact=seen.region.artifact if seen.region else "",
        start_line=seen.region.start_line if seen.region else None,
        end_line=seen.region.end_line if seen.region else None,
        fingerprint=seen.fingerprint,
        is_waived=seen.is_waived,
    )


def record_assessment(proposal: Proposal, assessment: Assessment) -> None:
    """Give a received proposal, locked by the caller, its judgement; clear it at once where the policy says so."""
    proposal.assessment, proposal.band, proposal.severity = assessment, assessment.band, assessment.severity
    proposal.save(update_fields=["assessment", "band", "severity"])
    policy = Actor.of_policy(assessment.policy)
    change_status(
        proposal,
        Status(assessment.outcome),
        name="assessed",
        by=policy,
        note=assessment.headline,
        assessment=assessment.pk,
    )
    if assessment.outcome == Outcome.CLEARED and assessment.policy.rules.auto_execute:
        write_event(
            proposal,
            name="released",
            before=proposal.status,
            by=policy,
            note=f"{assessment.policy} let this go ahead; no person decided.",
        )
        release(proposal, policy)
    if assessment.outcome != Outcome.RETURNED:
        request_rehearsal(proposal)


@transaction.atomic
def assess_proposal(*, proposal_id: int) -> Assessment:
    """Judge a received proposal from what is stored. Locks it. Raises InvalidTransition when it was judged."""
    proposal = lock_proposal(proposal_id)
    assessment = assess_content(proposal.report, measurements=proposal.measured_before, hashed_as=proposal.content_hash)
    record_assessment(proposal, assessment)
    return assessment
