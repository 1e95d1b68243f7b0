"""What people say to each other about a proposal and its lines."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import LineComment, LineThread, Proposal, User
from proposals.services.review import (
    REASON_LENGTH,
    DecisionRefused,
    NotAllowed,
    ReasonTooShort,
    require_status,
    require_words,
)
from proposals.services.status import lock_proposal, write_event
from proposals.states import DECIDABLE

COMMENT_LENGTH = 5_000
MOST_THREADS = 200


@transaction.atomic
def start_thread(
    *, proposal_id: int, by: User, artifact: str, line: int, text: str, is_blocking: bool = False
) -> LineThread:
    """Say something about a line; a blocking thread stands in the way of an approval until it is resolved.

    Locks the proposal. Raises DecisionRefused: without the right, without words, for a line that is not there, or
    when a thread is to block what is not to be decided.
    """
    proposal = lock_proposal(proposal_id)
    _require_commenter(by)
    said = _words(text)
    if not 1 <= line <= _lines_of(proposal, artifact):
        raise DecisionRefused("there is no such line; reload the page")
    if proposal.threads.count() >= MOST_THREADS:
        raise DecisionRefused(f"there are {MOST_THREADS} threads already; go on in one of them")
    thread = LineThread.objects.create(proposal=proposal, artifact=artifact, line=line, started_by=by)
    LineComment.objects.create(thread=thread, by=by, text=said)
    _write(thread, proposal, by, "thread_started")
    if is_blocking:
        _block(thread, proposal, by)
    return thread


@transaction.atomic
def reply_to_thread(*, proposal_id: int, thread_id: int, by: User, text: str) -> LineComment:
    """Say one thing more. Locks the proposal. Raises DecisionRefused, LineThread.DoesNotExist."""
    proposal, thread = _locked(proposal_id, thread_id, by)
    comment = LineComment.objects.create(thread=thread, by=by, text=_words(text))
    _write(thread, proposal, by, "thread_answered")
    return comment


@transaction.atomic
def block_by_thread(*, proposal_id: int, thread_id: int, by: User, text: str = "") -> LineThread:
    """Let nothing go ahead before the thread is resolved; a resolved one is open again. Again changes nothing.

    Locks the proposal. Raises DecisionRefused, LineThread.DoesNotExist.
    """
    proposal, thread = _locked(proposal_id, thread_id, by)
    if not thread.is_blocking:
        _say_if_any(thread, by, text)
        _block(thread, proposal, by)
    return thread


@transaction.atomic
def resolve_thread(*, proposal_id: int, thread_id: int, by: User, text: str = "") -> LineThread:
    """Settle a thread, with a last word. Resolving again changes nothing.

    Who resolves what another person lets block must say why, and never for what they submitted. Locks the proposal.
    Raises DecisionRefused, LineThread.DoesNotExist.
    """
    proposal, thread = _locked(proposal_id, thread_id, by)
    if thread.resolved_at is not None:
        return thread
    if thread.is_blocking and thread.blocked_by_id != by.pk:
        _require_reason_for_anothers(proposal, by, text)
    _say_if_any(thread, by, text)
    thread.resolved_at, thread.resolved_by = timezone.now(), by
    thread.save(update_fields=["resolved_at", "resolved_by"])
    _write(thread, proposal, by, "thread_resolved")
    return thread


def _require_reason_for_anothers(proposal: Proposal, by: User, text: str) -> None:
    if proposal.submitted_by_id == by.pk:
        raise NotAllowed("you submitted this proposal; another person must resolve what blocks it")
    if len(text.strip()) < REASON_LENGTH:
        raise ReasonTooShort(f"another person lets this block; say in at least {REASON_LENGTH} characters why not")


def _locked(proposal_id: int, thread_id: int, by: User) -> tuple[Proposal, LineThread]:
    proposal = lock_proposal(proposal_id)
    thread = LineThread.objects.select_for_update().get(pk=thread_id, proposal=proposal)
    _require_commenter(by)
    return proposal, thread


def _block(thread: LineThread, proposal: Proposal, by: User) -> None:
    require_status(proposal, DECIDABLE, "there is nothing to block")
    thread.blocked_by, thread.resolved_at, thread.resolved_by = by, None, None
    thread.save(update_fields=["blocked_by", "resolved_at", "resolved_by"])
    _write(thread, proposal, by, "thread_blocks")


def _say_if_any(thread: LineThread, by: User, text: str) -> None:
    if text.strip():
        LineComment.objects.create(thread=thread, by=by, text=_words(text))


def _words(text: str) -> str:
    return require_words(text, most=COMMENT_LENGTH, too_long=f"a comment has at most {COMMENT_LENGTH} characters")


def _require_commenter(by: User) -> None:
    if not by.may("proposals.decide_proposal"):
        raise NotAllowed("you may not comment on lines; ask for the Operators group")


def _lines_of(proposal: Proposal, artifact: str) -> int:
    if artifact == LineThread.Artifact.REPORT:
        return proposal.report.proposal.count("\n") + 1
    if artifact == LineThread.Artifact.WHOLE:
        return 1
    if artifact == LineThread.Artifact.CONTENT and proposal.frame is not None:
        return proposal.frame.content.count("\n") + 1
    return 0


def _write(thread: LineThread, proposal: Proposal, by: User, name: str) -> None:
    note = f"{thread}.".capitalize()
    write_event(proposal, name=name, before=proposal.status, by=Actor.of(by), note=note, thread=thread.pk)
