"""The controls over HTTP, behind a token, and the client that speaks to them."""

from __future__ import annotations

import hmac
import inspect
import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any

from billing.sandbox.controls import Controls
from billing.sandbox.errors import StripeError
from billing.sandbox.exchanges import Answer, Request
from billing.sandbox.shapes import Json

PREFIX = "/_control/"


class ControlApi:
    """Answers POST /_control/<name> with a bearer token. Without a token nothing can be controlled."""

    def __init__(self, controls: Controls, token: str) -> None:
        self._token = token
        self._methods = {
            name: method for name, method in inspect.getmembers(controls, inspect.ismethod) if not name.startswith("_")
        }

    def answer(self, request: Request) -> Answer:
        """The method's answer; 403 without the token, 404 for no such method, 400 with the reason for nonsense."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self._token or not hmac.compare_digest(given.encode(), self._token.encode()):
            return _told(HTTPStatus.FORBIDDEN, {"error": "give the control token: Authorization: Bearer …"})
        method = self._methods.get(request.path.removeprefix(PREFIX))
        if method is None or request.method != "POST":
            return _told(HTTPStatus.NOT_FOUND, {"error": f"POST to one of {', '.join(sorted(self._methods))}"})
        try:
            return _told(HTTPStatus.OK, method(**_arguments(request)))
        except StripeError as error:
            return _told(error.status, error.body())
        except (TypeError, ValueError) as error:
            takes = str(inspect.signature(method))
            return _told(HTTPStatus.BAD_REQUEST, {"error": f"{error}", "takes": takes})


class ControlClient:
    """Calls the controls of a sandbox in another process."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def call(self, name: str, **arguments: Any) -> Json:
        """Call a method of `Controls` by name. Raises ValueError with the sandbox's reason when it refuses."""
        request = urllib.request.Request(  # noqa: S310 -- our own http address
            f"{self._url}{PREFIX}{name}",
            json.dumps(arguments).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                told: Json = json.load(answer)
                return told
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(f"{name}: {error.read().decode('utf-8', 'replace')}") from error


def _arguments(request: Request) -> Json:
    found = json.loads(request.text or "{}")
    if isinstance(found, dict):
        return found
    raise ValueError("the body is a JSON object")


def _told(status: int, body: Json) -> Answer:
    return Answer(int(status), json.dumps(body).encode())
