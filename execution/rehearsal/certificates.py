"""Writing certificates, and finding the one that a run binds to."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from execution.models import RehearsalCertificate
from execution.services.reasons import reason_of
from execution.target.catalog import Catalog
from execution.target.connection import Connection, identifier
from execution.target.fingerprint import fingerprint_of
from execution.target.rehearsal import Rehearsal
from execution.target.sizes import row_count
from proposals.models import Proposal

VALID = timedelta(days=7)
Result = RehearsalCertificate.Result
NOT_PROVEN = 3


def certify(proposal: Proposal, text: str, rehearsal: Rehearsal, *, place: int = 0) -> RehearsalCertificate:
    """Write down a rehearsal that passed. One that followed others on the copy binds to no schema."""
    return RehearsalCertificate.objects.create(
        **_key(proposal, text, place),
        result=rehearsal.result,
        schema_before="" if place else rehearsal.target.hash,
        copied={table: each.to_json() for table, each in rehearsal.copied.items()},
        doubt=rehearsal.doubt,
        sizes=dict(rehearsal.sizes),
        locks=[list(lock) for lock in rehearsal.effects.locks],
        rows=dict(rehearsal.effects.rows),
        milliseconds=rehearsal.milliseconds,
        held_milliseconds=rehearsal.effects.held_milliseconds,
        reversibility=rehearsal.reversibility,
        expires_at=timezone.now() + VALID,
    )


def certify_failure(
    proposal: Proposal, text: str, error: BaseException | str, *, place: int = 0
) -> RehearsalCertificate:
    """Write down a rehearsal that failed, or that could not be held."""
    return RehearsalCertificate.objects.create(
        **_key(proposal, text, place),
        result=Result.FAILED,
        error=reason_of(error),
        reversibility=NOT_PROVEN,
        expires_at=timezone.now() + VALID,
    )


def standing_certificate(proposal: Proposal, text: str) -> RehearsalCertificate | None:
    """The latest certificate of a text that a run can bind to. None without one, and when the latest one failed."""
    latest = _certificates(proposal.content_hash).filter(sql_hash=sql_hash(text)).first()
    if latest is None or latest.result == Result.FAILED or not latest.schema_before:
        return None
    return latest if latest.expires_at > timezone.now() else None


def certificates_of(proposal: Proposal) -> list[RehearsalCertificate]:
    """The latest certificate of every SQL text, in order. One query."""
    latest: dict[str, RehearsalCertificate] = {}
    for certificate in _certificates(proposal.content_hash)[:100]:
        latest.setdefault(certificate.sql_hash, certificate)
    return sorted(latest.values(), key=lambda certificate: certificate.place)


def drift(connection: Connection, certificate: RehearsalCertificate) -> str:
    """What is another in the target than when it was rehearsed, in words; empty when nothing is."""
    if fingerprint_of(connection).hash != certificate.schema_before:
        return "its schema is another"
    for table, digits in certificate.sizes.items():
        count = row_count(Catalog(connection), _requoted(table))
        if count is not None and len(str(count)) != digits:
            return f"{table} holds {count} rows, another order of magnitude"
    return ""


def proof_of(certificate: RehearsalCertificate) -> dict[str, Any]:
    """As it stands in a task's result and its rollback artifact; see `Rehearsal.to_json`."""
    return {
        "certificate": str(certificate.public_id),
        "result": certificate.result,
        "with_rows": not certificate.doubt,
        "doubt": certificate.doubt,
        "copied": certificate.copied,
        "schema_before": certificate.schema_before,
        "milliseconds": certificate.milliseconds,
        "held_milliseconds": certificate.held_milliseconds,
        "locks": certificate.locks,
        "rows": certificate.rows,
        "sizes": certificate.sizes,
        "reversibility": certificate.reversibility,
        "proven_at": certificate.created_at.isoformat(),
    }


def sql_hash(text: str) -> str:
    """``sha256:`` and the hex digest."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _certificates(content_hash: str) -> QuerySet[RehearsalCertificate]:
    return RehearsalCertificate.objects.filter(content_hash=content_hash).order_by("-id")


def _key(proposal: Proposal, text: str, place: int) -> dict[str, object]:
    return {
        "proposal": proposal,
        "content_hash": proposal.content_hash,
        "sql_hash": sql_hash(text),
        "place": place,
    }


def _requoted(table: str) -> str:
    """A name that we wrote, quoted; quoted again, for it comes back from JSON."""
    return identifier(*[part.replace('""', '"') for part in table[1:-1].split('"."')])
