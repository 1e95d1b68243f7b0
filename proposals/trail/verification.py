"""Whether an exported trail is whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from proposals.trail.lines import GENESIS, Entry, Head, read_line


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it. ``line`` is the first that breaks the chain, counted from 1; 0 when none does."""

    entries: int
    head: str
    line: int = 0
    why: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, removed, moved, added or cut off."""
        return not self.why


def verify_trail(lines: Iterable[bytes], *, head: str = "") -> Verdict:
    """Follow the chain from its first line to its head.

    ``head``: a hash that was noted before. A trail that does not pass through it was cut off before it, or forged.
    """
    chain = _Chain(head)
    for line in lines:
        if why := chain.follow(line):
            return Verdict(chain.entries, chain.hash, chain.line, why)
    why = chain.end()
    return Verdict(chain.entries, chain.hash, max(chain.line, 1) if why else 0, why)


class _Chain:
    """How far the chain was followed."""

    def __init__(self, noted: str) -> None:
        self.line, self.entries, self.hash = 0, 0, GENESIS
        self._has_ended = False
        self._noted = noted if noted != GENESIS else ""

    def follow(self, raw: bytes) -> str:
        """Why the next line breaks the chain; empty when it does not."""
        self.line += 1
        if self._has_ended:
            return "there is more after the head"
        if not raw.endswith(b"\n"):
            return "the line is cut off"
        read = read_line(raw[:-1])
        if isinstance(read, Entry):
            return self._link(read)
        return self._close(read) if read else "this is no line of a trail"

    def end(self) -> str:
        """Why the file may not end here; empty when it may."""
        if not self._has_ended:
            return "the head is missing: the end of the file was cut off"
        return f"the trail does not pass through the hash {self._noted} that was noted" if self._noted else ""

    def _link(self, entry: Entry) -> str:
        if entry.sequence != self.entries + 1:
            return f"entry {entry.sequence} follows entry {self.entries}: something was removed, added or moved"
        if entry.previous != self.hash:
            return "it is not chained to the line before it"
        if not entry.is_whole():
            return "its content is not what was hashed: it was changed"
        self.entries, self.hash = entry.sequence, entry.hash
        self._noted = "" if entry.hash == self._noted else self._noted
        return ""

    def _close(self, head: Head) -> str:
        self._has_ended = True
        if (head.entries, head.hash) == (self.entries, self.hash):
            return ""
        return f"the head counts {head.entries} entries, the file holds {self.entries}, or ends with another hash"
