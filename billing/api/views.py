"""Offers over the API, read only."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.serializers import OfferSerializer
from billing.models import Offer, Price
from proposals.api import problems
from proposals.api.endpoint import Endpoint
from proposals.api.pagination import NewestFirst
from proposals.api.problems import problem_responses
from proposals.api.schema import JSON, answer_example

OFFER: dict[str, Any] = {
    "slug": "seed-box",
    "name": "Seed box",
    "summary": "Twelve kinds of seed for a balcony.",
    "description": "",
    "opportunity": "Seed Shop",
    "is_published": True,
    "position": 100,
    "prices": [{"amount": 1900, "currency": "EUR"}],
    "created_at": "2026-03-01T08:00:00Z",
}


class OfferFilter(django_filters.FilterSet):
    """The filters of the list."""

    opportunity = django_filters.CharFilter(
        field_name="opportunity__name", max_length=200, strip=False, help_text="Its exact name."
    )
    is_published = django_filters.BooleanFilter()

    class Meta:
        model = Offer
        fields: list[str] = []


class OfferList(Endpoint):
    """All offers, published or not."""

    rights: ClassVar = {"GET": "billing.view_offer"}
    queryset = Offer.objects.select_related("opportunity").prefetch_related(
        Prefetch("prices", Price.objects.filter(is_active=True).order_by("currency"))
    )
    serializer_class = OfferSerializer
    filterset_class = OfferFilter
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="offers_list",
        summary="List offers",
        description="The newest first. Prices are in minor units of their currency.",
        tags=["offers"],
        responses={(200, JSON): OfferSerializer(many=True)} | problem_responses(problems.REQUEST_INVALID),
        examples=[answer_example("page", OFFER)],
    )
    def get(self, _request: Request) -> Response:
        """The newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
