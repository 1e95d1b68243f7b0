"""What the target keeps for a way back: how big it is, and dropping it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from execution.failures import PermanentFailure
from execution.target.connection import Connection
from execution.target.reverse import Step
from execution.target.statements import LEDGER_SCHEMA

_PRIOR_ROWS = re.compile(rf'"{LEDGER_SCHEMA}"\."prior_[0-9a-f]{{32}}"')
_SET_ASIDE = re.compile(rf'("{LEDGER_SCHEMA}_[0-9a-f]{{32}}")\.".+"', re.DOTALL)


def kept_bytes(connection: Connection, steps: Iterable[Step]) -> int:
    """Bytes of the prior rows and of the tables set aside, with their indexes; 0 for what is gone."""
    query = "SELECT coalesce(pg_total_relation_size(to_regclass(%s)), 0)"
    return sum(int(connection.execute(query, [name]).fetchall()[0][0]) for name in _kept(steps))


def drop_kept(connection: Connection, steps: Iterable[Step]) -> None:
    """Drop it all for good, in the caller's transaction. Idempotent. Raises PermanentFailure for what is not ours."""
    for name in _kept(steps):
        connection.execute(f"DROP TABLE IF EXISTS {name}".encode())
        if aside := _SET_ASIDE.fullmatch(name):
            connection.execute(f"DROP SCHEMA IF EXISTS {aside[1]}".encode())


def _kept(steps: Iterable[Step]) -> Iterator[str]:
    for name in dict.fromkeys(step.kept.kept_in for step in steps if step.kept):
        if not (_PRIOR_ROWS.fullmatch(name) or _SET_ASIDE.fullmatch(name)):
            raise PermanentFailure(f"{name} is not one of the tables that fsarsite keeps; nothing was dropped")
        yield name
