"""Credentials by their published shapes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.gate.languages.published_shapes import find_published

# With the lines below it: whole, or as far as the encoded lines go when the end is missing.
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----)){0,20000}-----END (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:(?:\s|\\[nr]|[\"'+,]){0,12}[A-Za-z0-9+/=]{24,})*)"
)
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a Stripe live key", re.compile(r"\b[sr]k_live_[0-9a-zA-Z]{16,}")),
    ("a Stripe test key", re.compile(r"\b[sr]k_test_[0-9a-zA-Z]{20,}")),
    ("a Stripe webhook secret", re.compile(r"\bwhsec_[0-9a-zA-Z+/=]{24,}")),
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}\b")),
    (
        "an AWS secret key",
        re.compile(r"(?i)aws[\w .-]{0,30}secret[\w .-]{0,30}[\"' :=]{1,5}(?P<value>[0-9a-zA-Z/+]{40})\b"),
    ),
    ("a GitHub token", re.compile(r"\b(?:gh[pousr]_[0-9a-zA-Z]{36,}|github_pat_[0-9a-zA-Z_]{40,})")),
    ("a GitLab token", re.compile(r"\bglpat-[0-9a-zA-Z_-]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abeoprs]-[0-9a-zA-Z-]{10,}")),
    ("a Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}")),
    ("an OpenAI or Anthropic key", re.compile(r"\bsk-(?:proj-|ant-)?[0-9a-zA-Z_-]{32,}")),
    ("a SendGrid key", re.compile(r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}")),
    ("an npm token", re.compile(r"\bnpm_[0-9a-zA-Z]{36}\b")),
    ("an npm token", re.compile(r":_authToken=\s{0,9}(?P<value>[0-9a-fA-F]{8}-[0-9a-fA-F-]{27})\b")),
    ("a private key", _PRIVATE_KEY),
    ("a signed token", re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}")),
)
_URL = re.compile(
    r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|redis|rediss|amqps?|mssql|ftp|https?)(?:\+\w+)?://"
    r"(?P<user>[^\s:/@'\"<>]{0,60}):(?P<password>[\w.~!$&*+=%{}-]{1,120})@[^\s'\"]{1,120}"
)
_ASSIGNED = re.compile(
    r"(?i)(?:password|passwd|secret|api_?key|access_?key|auth_?token|private_?key)[\w.-]{0,20}[\"']?\s*[:=]\s*"
    r"[\"'](?P<password>[^\"'\s]{6,120})[\"']"
)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{24,4096}={0,2}")
_PLACEHOLDER = re.compile(
    r"(?i)your|my_|example|placeholder|change|replace|dummy|sample|xxx|\*\*\*|\.\.\.|<|>|\{|\}|\$|%|test|fake|todo|here|"
    r"process\.env|os\.environ|getenv|secret_?key|insert|redacted|none|null|undefined|goes"
)
_WEAK = re.compile(
    r"(?i)^(?:pass(?:word)?\d*|secret\d*|admin\d*|root\d*|postgres\d*|guest|user\d*|123\d*|default|dev|local)$"
)
# Words that a generated value holds by no chance: a person made it up.
_SPOKEN = re.compile(r"(?i)passw|secret|welcome|letmein|qwert|admin")
_MAX_DECODINGS = 2


@dataclass(frozen=True, slots=True)
class Secret:
    """`kind` is a phrase for a message; the value is text[start:end]. A weak one is a guessable default."""

    kind: str
    start: int
    end: int
    is_weak: bool = False


def find_secrets(text: str) -> Iterator[Secret]:
    """Each secret of a text, also inside base64 of base64. In no order; they may overlap. Linear in the text."""
    yield from _plain(text)
    for match in _ENCODED.finditer(text):
        inner, times = _decoded(match[0]), 1
        while inner and times <= _MAX_DECODINGS:
            for secret in _plain(inner):
                kind = f"{secret.kind}, base64-encoded {'twice' if times > 1 else 'once'}"
                yield Secret(kind, match.start(), match.end(), secret.is_weak)
            inner, times = _decoded(inner.strip()) if _ENCODED.fullmatch(inner.strip()) else "", times + 1


def _shaped(text: str) -> Iterator[tuple[str, int, int]]:
    for kind, shape in _SHAPES:
        group = "value" if "value" in shape.groupindex else 0
        for match in shape.finditer(text):
            yield kind, *match.span(group)
    yield from find_published(text)


def _plain(text: str) -> Iterator[Secret]:
    for kind, start, end in _shaped(text):
        if not _is_placeholder(text[start:end]):
            yield Secret(kind, start, end)
    for match in _URL.finditer(text):
        if not _PLACEHOLDER.search(match["password"]) and "example." not in match[0]:
            is_weak = bool(_WEAK.match(match["password"])) or match["password"] == match["user"]
            yield Secret("a password in a URL", *match.span("password"), is_weak or "localhost" in match[0])
    for match in _ASSIGNED.finditer(text):
        yield from _assigned(match["password"], *match.span("password"))


def _assigned(value: str, start: int, end: int) -> Iterator[Secret]:
    if _WEAK.match(value) or (_SPOKEN.search(value) and _looks_random(value)):
        yield Secret("a guessable password", start, end, is_weak=True)
    elif not _PLACEHOLDER.search(value) and _looks_random(value):
        yield Secret("a value for a password or key", start, end)


def _is_placeholder(value: str) -> bool:
    body = value.rsplit("_", maxsplit=1)[-1]
    return "..." in value or "example" in value.lower() or (len(body) > 3 and len(set(body.lower())) <= 3)


def _looks_random(value: str) -> bool:
    kinds = (any(map(str.isdigit, value)), any(map(str.islower, value)), any(map(str.isupper, value)))
    return len(value) >= 12 and sum(kinds) >= 2 and any(map(str.isdigit, value)) and len(set(value)) >= 8


def _decoded(token: str) -> str:
    """What a base64 token says when that is printable text; empty when not."""
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return decoded if decoded.isprintable() else ""
