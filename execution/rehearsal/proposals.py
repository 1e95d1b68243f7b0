"""Rehearsing a proposal as soon as it is assessed, so that who decides sees what would happen."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django_q.tasks import async_task

from execution.failures import PermanentFailure, TransientFailure
from execution.models import RehearsalCertificate
from execution.rehearsal.certificates import certify, certify_failure
from execution.rehearsal.texts import may_hold_sql, sql_texts_of
from execution.target.rehearsal import rehearse_in_turn
from execution.target.reverse import ensure_known
from execution.target.statements import Statement, split_statements
from proposals.models import Proposal
from proposals.rehearsals import register
from proposals.services.measurement import record_measurement

CLUSTER = "default"


@register
def ask_for_rehearsal(proposal: Proposal) -> None:
    """Have the proposal rehearsed after this transaction; what is released already is rehearsed by its task."""
    if settings.TARGET_DATABASE_URL and may_hold_sql(proposal) and not proposal.tasks.exists():
        async_task("execution.tasks.rehearse", proposal.pk, cluster=CLUSTER, save=False)  # type: ignore[no-untyped-call]


def rehearse_proposal(proposal_id: int) -> list[RehearsalCertificate]:
    """Rehearse the SQL of a proposal, one text after the other on one copy, and have the proposal judged by it.

    Never raises for what a text does or for a target that is down: that is a failed rehearsal. A later one adds rows.
    """
    proposal = Proposal.objects.select_related("assessment__policy").get(pk=proposal_id)
    texts = sql_texts_of(proposal)
    if not texts:
        return []
    certificates = _rehearsed(proposal, texts)
    reversibility = max(certificate.reversibility for certificate in certificates)
    said = "; ".join(_in_words(certificate) for certificate in certificates)
    record_measurement(proposal_id=proposal.pk, reversibility=reversibility, note=f"Rehearsed: {said}."[:1000])
    return certificates


def _rehearsed(proposal: Proposal, texts: list[str]) -> list[RehearsalCertificate]:
    done: list[RehearsalCertificate] = []
    try:
        changes = [_statements(text) for text in texts]
        key = uuid5(NAMESPACE_URL, f"rehearsal of {proposal.content_hash}")
        for place, rehearsal in enumerate(rehearse_in_turn(key, changes)):
            done.append(certify(proposal, texts[place], rehearsal, place=place))
    except (PermanentFailure, TransientFailure) as error:
        begun = len(done)
        done += [certify_failure(proposal, text, error, place=begun + more) for more, text in enumerate(texts[begun:])]
    return done


def _statements(text: str) -> tuple[Statement, ...]:
    statements = split_statements(text)
    ensure_known(statements)
    return statements


def _in_words(certificate: RehearsalCertificate) -> str:
    why = certificate.error or certificate.doubt
    return f"{certificate.get_result_display().lower()}{f', {why}' if why else ''}"
