"""The way back of one statement: found before it runs, completed after it ran."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from pglast import ast

from execution.failures import PermanentFailure
from execution.target.catalog import Catalog
from execution.target.connection import Connection
from execution.target.statements import Statement


@dataclass(frozen=True, slots=True)
class Guard:
    """A count, ``sql``, that must be ``expected`` when a step is undone; ``says`` has a ``{}`` for how many more.

    ``listing`` is a query that names the rows in the way, one text per row; empty when there is nothing to name.
    """

    sql: str
    expected: int
    says: str
    listing: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a table held before: ``rows`` rows with a ``checksum``, in the table ``kept_in``. Names are quoted."""

    table: str
    kept_in: str
    rows: int
    checksum: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in a task's result."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Step:
    """One reverse statement. ``affects`` is how many rows it must touch, None where that says nothing.

    ``quiet`` is a table whose own triggers are off while it runs. ``kept`` is verified before anything is undone.
    """

    sql: str
    guard: Guard | None = None
    affects: int | None = None
    quiet: str = ""
    kept: Kept | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is kept in the rollback artifact."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Step:
        """Read back from a rollback artifact."""
        guard = Guard(**kept["guard"]) if kept["guard"] else None
        prior = Kept(**kept["kept"]) if kept.get("kept") else None
        return cls(kept["sql"], guard, kept["affects"], kept.get("quiet", ""), prior)


Rows = list[tuple[Any, ...]]
After = Callable[[Rows], Iterable[Step]]
Perform = Callable[[Connection, str], Rows]
"""Runs a statement's text in a way of its own, and returns its rows."""


def _nothing(_: Rows) -> Iterable[Step]:
    return ()


@dataclass(frozen=True, slots=True)
class Plan:
    """``run`` is the statement to run, None when what it asks for is there already. ``after`` gets what it returned.

    ``perform`` runs it where keeping what it destroys needs more than one statement.
    """

    run: str | None
    after: After = _nothing
    note: str = ""
    perform: Perform | None = None


Planner = Callable[..., Plan]
Node = Any
"""A syntax tree's node. Its fields are optional by their types, but not by the grammar that made it."""
_planners: dict[type[ast.Node], Planner] = {}


def plans(*nodes: type[ast.Node]) -> Callable[[Planner], Planner]:
    """Make a function ``(catalog, statement, node) -> Plan`` the one for statements of these types."""

    def keep(planner: Planner) -> Planner:
        _planners.update(dict.fromkeys(nodes, planner))
        return planner

    return keep


def no_way_back(statement: Statement, why: str = "") -> PermanentFailure:
    """The refusal of a change that could not be undone."""
    because = f" ({why})" if why else ""
    return PermanentFailure(f"no way back is known for: {statement}{because}; propose it in steps that can be undone")


def ensure_known(statements: Iterable[Statement]) -> None:
    """Raise PermanentFailure for a statement whose type nobody can take back."""
    for statement in statements:
        if type(statement.node) not in _planners:
            raise no_way_back(statement)


def plan_for(catalog: Catalog, statement: Statement) -> Plan:
    """How to run a statement so that it can be undone. Reads the catalog. Raises PermanentFailure."""
    planner = _planners.get(type(statement.node))
    if planner is None:
        raise no_way_back(statement)
    return planner(catalog, statement, statement.node)
