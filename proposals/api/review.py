"""What is done to a proposal: decide, withdraw, reopen, claim. Each makes one call of a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from proposals.api import schema
from proposals.api.endpoint import account_of
from proposals.api.requests import DecideSerializer, NoteSerializer, ReasonSerializer
from proposals.api.serializers import DecisionSerializer
from proposals.api.views import ADD, VIEW, ProposalEndpoint
from proposals.models import Decision, Scope
from proposals.services import (
    Estimated,
    approve_proposal,
    claim_proposal,
    reject_proposal,
    release_claim,
    reopen_proposal,
    send_back_proposal,
    withdraw_proposal,
)

_DECIDE: Mapping[str, Callable[..., Decision]] = {
    Decision.Kind.APPROVE: approve_proposal,
    Decision.Kind.REJECT: reject_proposal,
    Decision.Kind.SEND_BACK: send_back_proposal,
}


class DecideEndpoint(ProposalEndpoint):
    """A person's word on a proposal."""

    rights: ClassVar = {"POST": VIEW}
    scopes: ClassVar = {"POST": Scope.PROPOSALS_DECIDE}
    serializer_class = DecideSerializer

    @extend_schema(**schema.DECIDE)
    def post(self, request: Request, report_id: str) -> Response:
        """Approve, reject or send back exactly what was read."""
        asked = DecideSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        proposal, values = self.find(report_id), asked.validated_data
        decision = _DECIDE[values["kind"]](
            proposal_id=proposal.pk,
            by=account_of(request),
            content_hash=values["content_hash"],
            assessment_id=values["assessment"],
            note=values["note"],
            **({"estimate": Estimated(values["likelihood"], values["damage"])} if "damage" in values else {}),
        )
        answer = {"decision": DecisionSerializer(decision).data, "proposal": self.detail_of(proposal)}
        return Response(answer, status=status.HTTP_201_CREATED)


class WithdrawEndpoint(ProposalEndpoint):
    """Taking back what one submitted."""

    rights: ClassVar = {"POST": ADD}
    serializer_class = NoteSerializer

    @extend_schema(**schema.WITHDRAW)
    def post(self, request: Request, report_id: str) -> Response:
        """Only for the account that submitted it."""
        asked = NoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        proposal = self.find(report_id)
        withdraw_proposal(proposal_id=proposal.pk, by=account_of(request), note=asked.validated_data["note"])
        return Response(self.detail_of(proposal))


class ReopenEndpoint(ProposalEndpoint):
    """Putting a returned proposal before the operators after all."""

    rights: ClassVar = {"POST": VIEW}
    scopes: ClassVar = {"POST": Scope.PROPOSALS_DECIDE}
    serializer_class = ReasonSerializer

    @extend_schema(**schema.REOPEN)
    def post(self, request: Request, report_id: str) -> Response:
        """It is blocked then, and waits for a decision."""
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        proposal = self.find(report_id)
        reopen_proposal(proposal_id=proposal.pk, by=account_of(request), note=asked.validated_data["note"])
        return Response(self.detail_of(proposal))


class ClaimEndpoint(ProposalEndpoint):
    """Saying that one looks at it."""

    rights: ClassVar = {"POST": VIEW, "DELETE": VIEW}
    scopes: ClassVar = {"POST": Scope.PROPOSALS_DECIDE, "DELETE": Scope.PROPOSALS_DECIDE}

    @extend_schema(**schema.CLAIM)
    def post(self, request: Request, report_id: str) -> Response:
        """Claiming again changes nothing."""
        proposal = self.find(report_id)
        claim_proposal(proposal_id=proposal.pk, by=account_of(request))
        return Response(self.detail_of(proposal))

    @extend_schema(**schema.RELEASE_CLAIM)
    def delete(self, request: Request, report_id: str) -> Response:
        """Only one's own; without one nothing happens."""
        proposal = self.find(report_id)
        release_claim(proposal_id=proposal.pk, by=account_of(request))
        return Response(self.detail_of(proposal))
