"""Where code connects to: calls by the names of their libraries, and the hosts of the addresses in the text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.gate.languages.identity import Language
from proposals.gate.languages.uncommented import uncommented_lines

_SCRIPTS = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.VUE, Language.HTML}
_SHELLS = {Language.SHELL, Language.DOCKERFILE, Language.YAML, Language.GROOVY}
_SCRIPT_CALL = re.compile(
    r"(?<![\w.$])(?:fetch|axios|got|ky|superagent|needle|nodeFetch)(?:\.\w+)?\s*\(|\bhttps?\.(?:get|request)\s*\("
    r"|\bnew\s+(?:WebSocket|EventSource)\s*\(|\.open\s*\(\s*['\"](?:GET|POST|PUT|DELETE|PATCH|HEAD)\b"
    r"|\bsendBeacon\s*\(|\$\.(?:ajax|get|post|getJSON)\s*\(|\b(?:net|tls)\.(?:connect|createConnection)\s*\("
    r"|\baxios\.create\b|\bbaseURL\s*:"
)
_PYTHON_CALL = re.compile(
    r"\b(?:requests|httpx)\.(?:get|post|put|patch|delete|head|options|request|stream|Session|Client|AsyncClient)\s*\("
    r"|\burlopen\s*\(|\bHTTPS?Connection\s*\(|\bsocket\.(?:create_connection|socket)\s*\(|\baiohttp\.\w+\s*\("
    r"|\burllib3\.\w+\s*\(|\bsmtplib\.SMTP\w*\s*\(|\bftplib\.FTP\w*\s*\(|\bparamiko\.\w+\s*\("
)
_RUBY_CALL = re.compile(r"\bNet::(?:HTTP|SMTP|FTP|SSH)\b|\bURI\.open\b|\b(?:HTTParty|Faraday|RestClient|TCPSocket)\b")
_SHELL_CALL = re.compile(r"(?:^|[\s;&|(`\"'])(?:curl|wget|nc|ncat|ssh|scp|sftp|rsync|ftp|telnet|aria2c)\s+\S")
_OTHER_CALL = re.compile(
    r"\bhttp\.(?:Get|Post|PostForm|Head|NewRequest\w*)\s*\(|\bnet\.Dial\w*\s*\(|\b(?:HttpClient|HttpURLConnection|"
    r"OkHttpClient|RestTemplate|WebClient|URLSession)\b|\breqwest::|\bureq::|\bTcpStream::connect\b"
)
_CALLS: tuple[tuple[set[Language], re.Pattern[str]], ...] = (
    (_SCRIPTS, _SCRIPT_CALL),
    ({Language.PYTHON}, _PYTHON_CALL),
    ({Language.RUBY}, _RUBY_CALL),
    (_SHELLS, _SHELL_CALL),
    ({Language.BRACKETED}, _OTHER_CALL),
)
_ADDRESS = re.compile(
    r"\b(?P<scheme>https?|wss?|ftp)://(?:[^\s/@'\"`<>]{0,120}@)?"
    r"(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))(?P<rest>[^\s'\"`<>]{0,200})"
)
# Where an address is kept for a call that stands elsewhere.
_KEPT = re.compile(r"(?i)(?:url|uri|endpoint|host|base|api|server|webhook)\w*[\"']?\s*(?::\s*\w+\s*)?[:=]")
# Names of vocabularies, which nothing connects to.
_VOCABULARIES = re.compile(
    r"(?i)(?:^|\.)(?:w3\.org|schema\.org|json-schema\.org|xmlsoap\.org|purl\.org|openxmlformats\.org|ogp\.me|"
    r"sitemaps\.org|apache\.org|opensource\.org|creativecommons\.org|gnu\.org|mozilla\.org|maven\.org)$"
)
_HERE = re.compile(
    r"(?i)^(?:localhost|host\.docker\.internal|[^.]+)$|\.(?:local|localhost|internal|lan|svc|test|invalid|example)$"
)
_MADE_UP = re.compile(
    r"(?i)(?:^|\.)(?:example\.(?:com|org|net)|(?:your[\w-]*|my-[\w-]+|my(?:site|domain|app|server|host|company|shop))\.\w+)$"
)
_METADATA_NAMES = {"metadata.google.internal", "metadata.goog", "metadata"}
_METADATA = {
    ipaddress.ip_address(address)
    for address in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254")
}
_BARE_METADATA = re.compile(r"\b(?:169\.254\.(?:169\.254|170\.2)|100\.100\.100\.200|metadata\.google\.internal)\b")
_NUMBER = re.compile(r"^(?:0[xX](?P<hex>[0-9a-fA-F]{1,8})|0(?P<octal>[0-7]{1,11})|(?P<decimal>\d{1,10}))$")
_BASES = {"hex": 16, "octal": 8, "decimal": 10}


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a text. `is_called` when a call stands on the line or the address is kept for one."""

    host: str
    line: int
    is_plain: bool
    is_called: bool

    @property
    def number(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
        """The host as an IP address, also when it is written as one number; None for a name."""
        return _number(self.host)

    @property
    def is_here(self) -> bool:
        """This machine, its own network, or a name that leads nowhere."""
        if self.number is not None:
            return not self.number.is_global
        return bool(_HERE.search(self.host) or _MADE_UP.search(self.host))

    @property
    def is_metadata(self) -> bool:
        """The address at which a cloud hands out the machine's own credentials."""
        return self.host.lower() in _METADATA_NAMES or self.number in _METADATA


@dataclass(frozen=True, slots=True)
class Connections:
    """What a text connects to. `calls` are the 1-based lines of calls, `metadata` those that name such an address."""

    addresses: tuple[Address, ...]
    calls: tuple[int, ...]
    metadata: tuple[int, ...]


def connections_of(text: str, language: Language | None) -> Connections:
    """By line and outside comments; empty for a language whose calls are not known. Linear in the text."""
    call = next((pattern for languages, pattern in _CALLS if language in languages), None)
    if call is None:
        return Connections((), (), ())
    addresses: list[Address] = []
    calls: list[int] = []
    metadata: list[int] = []
    for number, line in uncommented_lines(text, language):
        is_call = bool(call.search(line))
        if is_call:
            calls.append(number)
        if "://" in line:
            addresses += _addresses(line, number, is_called=is_call or bool(_KEPT.search(line)))
        if _BARE_METADATA.search(line):
            metadata.append(number)
    return Connections(tuple(addresses), tuple(calls), tuple(metadata))


def _addresses(line: str, number: int, *, is_called: bool) -> Iterator[Address]:
    for match in _ADDRESS.finditer(line):
        host = match["host"].rstrip(".-")
        # A template goes on in the host, so what stands before it is no host.
        if match["rest"].startswith(("$", "{", "#{")) or _VOCABULARIES.search(host):
            continue
        yield Address(host, number, match["scheme"] in {"http", "ws", "ftp"}, is_called)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        if written := _NUMBER.match(host):
            base = str(written.lastgroup)
            return ipaddress.ip_address(int(written[base], _BASES[base]))
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
