"""``Idempotency-Key``: a write that is sent again has one effect, and is answered as the first time.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from proposals.api.parsers import BodyTooLarge
from proposals.models import User
from proposals.services.idempotency import Answer, answer_once, fingerprint_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_SHAPE = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_KEPT = frozenset({401, 403, 429})
"""Answers that depend on who asks and when, more than on what is asked."""
_HEADERS = ("Content-Type", "Location", "ETag")

Handler = Callable[..., HttpResponseBase]


def once(handler: Handler, on_error: Callable[[Exception], HttpResponseBase]) -> Handler:
    """The handler of a write, which minds the header. ``on_error`` tells what it raises as an answer."""

    def handle(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None or not isinstance(request.user, User):
            return handler(request, *args, **kwargs)
        if not _SHAPE.fullmatch(key):
            raise ValidationError({HEADER: "must have 1 to 255 visible ASCII characters"})
        answer, was_kept = answer_once(
            user=request.user,
            key=key,
            fingerprint=_fingerprint(request),
            act=lambda: _answer(lambda: handler(request, *args, **kwargs), on_error),
        )
        replayed = {REPLAYED: "true"} if was_kept else {}
        return HttpResponse(answer.body, status=answer.status, headers={**answer.headers, **replayed})

    return handle


def _fingerprint(request: Request) -> str:
    try:
        body = request._request.body  # noqa: SLF001 - before a parser takes the stream, so that both can have it
    except RequestDataTooBig as error:
        raise BodyTooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from error
    parts = (str(request.method), request.get_full_path(), str(request.content_type))
    return fingerprint_of(*(part.encode() for part in parts), body)


def _answer(act: Callable[[], HttpResponseBase], on_error: Callable[[Exception], HttpResponseBase]) -> Answer:
    """What is raised on purpose is an answer; what its service wrote beside it stays, as without the header."""
    try:
        response = act()
    except Exception as error:
        response = on_error(error)
        if response.status_code >= 500:
            raise
    if isinstance(response, Response):  # not rendered yet
        body, own = JSONRenderer().render(response.data), {"Content-Type": "application/json"}
    else:
        body, own = _content(response), {}
    headers = {name: response[name] for name in _HEADERS if name in response} | own
    return Answer(response.status_code, headers, body, is_kept=response.status_code not in _NOT_KEPT)


def _content(response: HttpResponseBase) -> bytes:
    return response.content if isinstance(response, HttpResponse) else response.getvalue()
