"""Asking the producer, and the answer. The proposal stays where it is meanwhile; its deadlines go on."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.models import Proposal, Question, User
from proposals.services.review import DecisionRefused, NotAllowed, require_reviewer, require_status, require_words
from proposals.services.status import lock_proposal, write_event
from proposals.states import WAITING

QUESTION_LENGTH = 5_000
MOST_QUESTIONS = 50


@transaction.atomic
def ask_producer(*, proposal_id: int, by: User, text: str) -> Question:
    """Request information: one question at a time. Locks the proposal. Raises DecisionRefused."""
    proposal = lock_proposal(proposal_id)
    require_reviewer(by)
    require_status(proposal, WAITING, "there is nothing to ask")
    if proposal.questions.open().exists():
        raise DecisionRefused("a question waits for its answer already")
    if proposal.questions.count() >= MOST_QUESTIONS:
        raise DecisionRefused(f"{MOST_QUESTIONS} questions were asked; decide, or send it back")
    question = Question.objects.create(proposal=proposal, asked_by=by, text=_words(text))
    _write(question, proposal, by, "asked", question.text)
    return question


@transaction.atomic
def answer_question(*, proposal_id: int, question_id: int, by: User, text: str) -> Question:
    """Answer what was asked: the account that submitted the proposal. The same answer again changes nothing.

    Locks the proposal. Raises DecisionRefused, Question.DoesNotExist.
    """
    proposal = lock_proposal(proposal_id)
    question = Question.objects.get(pk=question_id, proposal=proposal)
    if proposal.submitted_by_id != by.pk:
        raise NotAllowed("only the account that submitted a proposal answers for it")
    said = _words(text)
    if question.answered_at is not None:
        if question.answer == said:
            return question
        raise DecisionRefused("this question was answered; an answer stays as it is")
    _answer(question, by, said)
    _write(question, proposal, by, "answered", said)
    return question


@transaction.atomic
def withdraw_question(*, proposal_id: int, by: User) -> Question | None:
    """Go on without an answer; None when nothing is asked. Locks the proposal. Raises DecisionRefused."""
    proposal = lock_proposal(proposal_id)
    require_reviewer(by)
    question = proposal.questions.open().first()
    if question is not None:
        _answer(question, by, "Not needed any more.")
        _write(question, proposal, by, "question_withdrawn", "")
    return question


def _answer(question: Question, by: User, text: str) -> None:
    question.answer, question.answered_by, question.answered_at = text, by, timezone.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])


def _write(question: Question, proposal: Proposal, by: User, name: str, note: str) -> None:
    write_event(proposal, name=name, before=proposal.status, by=Actor.of(by), note=note, question=question.pk)


def _words(text: str) -> str:
    return require_words(text, most=QUESTION_LENGTH, too_long=f"write at most {QUESTION_LENGTH} characters")
