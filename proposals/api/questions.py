"""Requests for information: list, ask, answer."""

from __future__ import annotations

from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from proposals.api import problems
from proposals.api.endpoint import account_of
from proposals.api.examples import QUESTION
from proposals.api.pagination import OldestFirst
from proposals.api.problems import WRITE_REFUSALS, problem_responses
from proposals.api.requests import StrictSerializer
from proposals.api.schema import JSON, answer_example, request_example
from proposals.api.views import ADD, VIEW, ProposalEndpoint
from proposals.models import Question, Scope
from proposals.services import answer_question, ask_producer
from proposals.services.questions import QUESTION_LENGTH

_TAGS = ["review"]
_ANSWERED = QUESTION | {
    "answer": "None any more; the last one was retired in January.",
    "answered_by": "agent",
    "answered_at": "2026-03-01T09:41:00Z",
}


class QuestionSerializer(serializers.ModelSerializer[Question]):
    """What a reviewer asked, and the answer; ``answered_at`` is null while it waits for the producer."""

    asked_by = serializers.CharField(source="asked_by.username")
    answered_by = serializers.CharField(source="answered_by.username", default=None, allow_null=True)

    class Meta:
        model = Question
        fields = ["id", "text", "asked_by", "asked_at", "answer", "answered_by", "answered_at"]
        read_only_fields = fields


class WordsSerializer(StrictSerializer):
    """What is said."""

    text = serializers.CharField(max_length=QUESTION_LENGTH, help_text="Markdown.")


class Questions(ProposalEndpoint):
    """The questions about one proposal."""

    rights: ClassVar = {"GET": VIEW, "POST": VIEW}
    scopes: ClassVar = {"POST": Scope.PROPOSALS_DECIDE}
    serializer_class = QuestionSerializer
    pagination_class = OldestFirst

    @extend_schema(
        operation_id="proposals_questions",
        summary="List what its producer was asked",
        description="The oldest first. One without an answer waits for the account that submitted the proposal.",
        tags=_TAGS,
        responses={(200, JSON): QuestionSerializer(many=True)}
        | problem_responses(problems.REQUEST_INVALID, problems.NOT_FOUND),
        examples=[answer_example("open", QUESTION)],
    )
    def get(self, _request: Request, report_id: str) -> Response:
        """Who asked what, and what was answered."""
        questions = Question.objects.filter(proposal=self.find(report_id)).select_related("asked_by", "answered_by")
        page = self.paginate_queryset(self.filter_queryset(questions))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="proposals_ask",
        summary="Ask its producer",
        description="People who may decide, one question at a time. The proposal stays pending; its deadlines go on.",
        tags=_TAGS,
        request=WordsSerializer,
        responses={201: QuestionSerializer} | WRITE_REFUSALS,
        examples=[request_example("ask", {"text": QUESTION["text"]}), answer_example("asked", QUESTION, 201)],
    )
    def post(self, request: Request, report_id: str) -> Response:
        """The question as it stands."""
        asked = WordsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        proposal_id, text = self.find(report_id).pk, asked.validated_data["text"]
        question = ask_producer(proposal_id=proposal_id, by=account_of(request), text=text)
        return Response(QuestionSerializer(question).data, status=status.HTTP_201_CREATED)


class Answer(ProposalEndpoint):
    """The answer to one question."""

    rights: ClassVar = {"POST": ADD}

    @extend_schema(
        operation_id="proposals_answer",
        summary="Answer a question",
        description=(
            "The account that submitted the proposal. The same answer again changes nothing; another one is refused."
        ),
        tags=_TAGS,
        request=WordsSerializer,
        responses={200: QuestionSerializer} | WRITE_REFUSALS,
        examples=[request_example("answer", {"text": _ANSWERED["answer"]}), answer_example("answered", _ANSWERED)],
    )
    def post(self, request: Request, report_id: str, question_id: int) -> Response:
        """The question with its answer."""
        said = WordsSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        proposal = self.find(report_id)
        found = get_object_or_404(Question.objects.only("pk"), pk=question_id, proposal=proposal)
        text = said.validated_data["text"]
        question = answer_question(proposal_id=proposal.pk, question_id=found.pk, by=account_of(request), text=text)
        return Response(QuestionSerializer(question).data)
