"""The lines of an exported trail. One exact form, so that the text that was hashed can be cut out of them.

    {"sequence": 1, "previous": "000…", "hash": "9f2…", "row": {…}}
    {"head": "9f2…", "entries": 1}

``hash`` is the SHA-256 of the sequence, the previous hash and the row's text, with line feeds between. The row's text
is what PostgreSQL's jsonb writes: keys by length, then by bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

GENESIS = "0" * 64
"""What stands for the hash before the first."""
_ENTRY = re.compile(
    rb'\{"sequence": ([1-9][0-9]{0,18}), "previous": "([0-9a-f]{64})", "hash": "([0-9a-f]{64})", "row": (\{.*\})\}'
)
_HEAD = re.compile(rb'\{"head": "([0-9a-f]{64})", "entries": (0|[1-9][0-9]{0,18})\}')


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as it was read."""

    sequence: int
    previous: str
    hash: str
    row: bytes

    def is_whole(self) -> bool:
        """Whether the hash is the one of what the line says."""
        return sha256(b"%d\n%s\n%s" % (self.sequence, self.previous.encode(), self.row)).hexdigest() == self.hash


@dataclass(frozen=True, slots=True)
class Head:
    """The last line: what the export says of itself."""

    hash: str
    entries: int


def entry_line(sequence: int, previous: str, own_hash: str, row: str) -> str:
    """One entry, with its line feed."""
    return f'{{"sequence": {sequence}, "previous": "{previous}", "hash": "{own_hash}", "row": {row}}}\n'


def head_line(own_hash: str, entries: int) -> str:
    """The end of the file, with its line feed."""
    return f'{{"head": "{own_hash}", "entries": {entries}}}\n'


def read_line(line: bytes) -> Entry | Head | None:
    """The line without its line feed; None when it is not of the form."""
    if found := re.fullmatch(_ENTRY, line):
        return Entry(int(found[1]), found[2].decode(), found[3].decode(), found[4])
    if found := re.fullmatch(_HEAD, line):
        return Head(found[1].decode(), int(found[2]))
    return None
