"""Which columns are masked, and how: free text always, everything else where its name sounds personal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from execution.target.copying.pseudonyms import Pseudonyms
from execution.target.copying.tables import Field, ForeignKey, Table

Mask = Callable[[str], str | None]
PERSONAL = re.compile(
    r"name|mail|phone|mobile|fax|address|street|city|zip|postal|birth|dob|ssn|passport|iban|card|account|tax|token"
    r"|secret|passw|salt|hash|cookie|session|login|nick|contact|person|gender|lat(itude)?$|lon(gitude)?$",
    re.IGNORECASE,
)
_FREE: Mapping[str, Callable[[Pseudonyms], Mask]] = {
    "json": lambda pseudonyms: pseudonyms.json,
    "jsonb": lambda pseudonyms: pseudonyms.json,
    "bytea": lambda pseudonyms: pseudonyms.octets,
    "inet": lambda pseudonyms: pseudonyms.address,
    "cidr": lambda pseudonyms: pseudonyms.address,
}
_UNREADABLE = frozenset({"xml", "tsvector", "hstore", "macaddr", "macaddr8"})
"""Free text that no pseudonym keeps readable for its type: it is left out."""
_BY_CATEGORY: Mapping[str, Callable[[Pseudonyms], Mask]] = {
    "N": lambda pseudonyms: pseudonyms.number,
    "D": lambda pseudonyms: pseudonyms.date,
}


def mask_of(field: Field, pseudonyms: Pseudonyms) -> Mask | None:
    """How a value of the column is masked; None when it is copied as it is."""
    is_personal = bool(PERSONAL.search(field.name))
    if field.category == "S" or field.is_text_array:
        return pseudonyms.text if is_personal or not field.is_code else None
    if field.base in _FREE:
        return _FREE[field.base](pseudonyms)
    if field.base in _UNREADABLE:
        return _left_out
    return _BY_CATEGORY[field.category](pseudonyms) if is_personal and field.category in _BY_CATEGORY else None


class Masking:
    """The masks of all columns of a copy: columns that a foreign key joins are masked alike, or it would not hold."""

    def __init__(
        self, fields: Mapping[Table, Sequence[Field]], foreign_keys: Sequence[ForeignKey], pseudonyms: Pseudonyms
    ) -> None:
        self._masks = {
            (table.oid, field.name): mask
            for table, own in fields.items()
            for field in own
            if (mask := mask_of(field, pseudonyms))
        }
        known = {(table.oid, field.name) for table, own in fields.items() for field in own}
        while self._spread(foreign_keys, known):
            pass

    def of(self, table: Table) -> dict[str, Mask]:
        """The masks of a table's columns by name."""
        return {name: mask for (oid, name), mask in self._masks.items() if oid == table.oid}

    def _spread(self, foreign_keys: Sequence[ForeignKey], known: set[tuple[int, str]]) -> bool:
        """Give the other end of each foreign key the mask of the one that has one; whether anything was given."""
        before = len(self._masks)
        for key in foreign_keys:
            for own, theirs in zip(key.own, key.theirs, strict=True):
                ends = ((key.child_oid, own), (key.parent_oid, theirs))
                mask = self._masks.get(ends[0]) or self._masks.get(ends[1])
                if mask:
                    self._masks.update({end: mask for end in ends if end in known and end not in self._masks})
        return len(self._masks) > before


def _left_out(_: str) -> None:
    """NULL: where the column must have a value, the table cannot be masked."""
