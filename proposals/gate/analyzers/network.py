"""What code connects to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.network import Address, Connections, connections_of
from proposals.gate.subject import Subject

HOST = Rule(
    "network/host",
    Level.NOTE,
    Effect.NONE,
    "The code connects to another machine",
    "Check that the host is the intended one, and that a failure of it is handled.",
    Raises(damage=3),
)
UNNAMED = Rule(
    "network/unnamed-host",
    Level.NOTE,
    Effect.NONE,
    "The code connects to what only its caller or its settings name",
    "Check where the address comes from; one that a user may choose needs a list of allowed hosts.",
)
PLAIN = Rule(
    "network/plain-http",
    Level.WARNING,
    Effect.REVIEW,
    "Data crosses the network unencrypted",
    "Use https, wss or sftp, or say why nothing on the way can read or change it.",
    Raises(likelihood=3, damage=3),
)
RAW = Rule(
    "network/raw-address",
    Level.WARNING,
    Effect.REVIEW,
    "The code connects to a number instead of a name",
    "Use the host's name, so that its certificate can be checked and a person knows whose machine it is.",
    Raises(likelihood=3, damage=4),
)
METADATA = Rule(
    "network/metadata-address",
    Level.WARNING,
    Effect.REVIEW,
    "The code asks a cloud for the machine's own credentials",
    "Let the cloud's library ask for credentials, and give it no more rights than it needs.",
    Raises(likelihood=3, damage=5),
)
_MOST_HOSTS = 10


@register
class Network(FileAnalyzer):
    """Tells which machines code connects to: fetch and its like, requests, urllib, Net::HTTP, curl, wget and others,
    by the addresses in the file, each host once.

    Unencrypted addresses, numbers in place of public names (also written as one number), and the addresses at which
    clouds hand out credentials are for a person. Lets through relative addresses, this machine and its network,
    names made up for examples, names of vocabularies, comments, Markdown, and addresses that nothing connects to.
    """

    rules = (HOST, UNNAMED, PLAIN, RAW, METADATA)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        found = connections_of(content, subject.language)
        for rule, message, line in (*_asked(found), *_told(found)):
            yield Sighting(rule, message, subject.content_region(line))


Seen = Iterator[tuple[Rule, str, int]]


def _asked(found: Connections) -> Seen:
    """What a person should look at."""
    lines = {address.line for address in found.addresses if address.is_metadata} | set(found.metadata)
    for line in sorted(lines):
        yield METADATA, "The line names the address at which a cloud hands out credentials", line
    for address in _outside(found) if found.calls else ():
        if address.number is not None:
            yield RAW, f"The line connects to {address.host}, a number without a name", address.line
        elif address.is_plain and address.is_called:
            yield PLAIN, f"The line sends to {address.host} or reads from it unencrypted", address.line


def _told(found: Connections) -> Seen:
    """What is only told."""
    if not found.calls:
        return
    hosts: dict[str, int] = {}
    for address in _outside(found):
        hosts.setdefault(address.host.lower(), address.line)
    for host, line in list(hosts.items())[:_MOST_HOSTS]:
        yield HOST, f"The code makes network calls and names {host}", line
    if not found.addresses:
        yield UNNAMED, "The code makes network calls, and the file names no host", found.calls[0]


def _outside(found: Connections) -> list[Address]:
    return [address for address in found.addresses if not address.is_here and not address.is_metadata]
