"""The shop's database: what approved SQL changes. Its execution_tasks lacks the column ai_model, as the first
system's did.
"""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Identifier

_LOCK = "fsarsite.samples"
_TABLES = {
    "execution_tasks": (
        """(
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            type TEXT NOT NULL,
            description TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'queued',
            queued_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            finished_at TIMESTAMPTZ
        )""",
        """(type, description, status, queued_at, finished_at) VALUES
            ('implement_idea', 'Tasting box', 'completed', '2026-02-27 08:00Z', '2026-02-27 08:04Z'),
            ('idea_implementation', 'Page for gift cards', 'failed', '2026-02-27 09:10Z', '2026-02-27 09:11Z'),
            ('idea_implementation', 'Prices of the subscription', 'failed', '2026-02-28 07:30Z', '2026-02-28 07:31Z'),
            ('self_improvement', 'Shorter waits in the queue', 'failed', '2026-03-01 06:00Z', '2026-03-01 06:02Z'),
            ('idea_implementation', 'Opening hours of the counter', 'queued', '2026-03-01 10:45Z', NULL)""",
    ),
    "customers": (
        """(
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name TEXT NOT NULL,
            email TEXT NOT NULL UNIQUE,
            is_wholesale BOOLEAN NOT NULL DEFAULT false,
            created_at TIMESTAMPTZ NOT NULL DEFAULT now()
        )""",
        """(name, email, is_wholesale) VALUES
            ('Ada Brand', 'ada@customer.invalid', false),
            ('Ben Osei', 'ben@customer.invalid', false),
            ('Corner Café', 'orders@corner.invalid', true),
            ('Dana Lind', 'dana@customer.invalid', false)""",
    ),
    "orders": (
        """(
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            customer_id BIGINT NOT NULL REFERENCES customers (id),
            item TEXT NOT NULL,
            total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
            currency CHAR(3) NOT NULL DEFAULT 'EUR',
            placed_at TIMESTAMPTZ NOT NULL DEFAULT now()
        )""",
        """(customer_id, item, total_minor, placed_at) VALUES
            (1, 'Coffee subscription, two bags', 2690, '2026-02-12 10:00Z'),
            (2, 'Repair: new switch', 1900, '2026-02-14 15:20Z'),
            (3, 'Wholesale, 12 bags', 11040, '2026-02-20 07:45Z'),
            (1, 'Gift card', 2500, '2026-02-21 18:05Z'),
            (4, 'Coffee subscription, one bag', 1540, '2026-02-25 09:30Z')""",
    ),
}


def ensure_shop_tables(url: str) -> list[str]:
    """Make the tables that are missing, with a few rows, and return their names. One transaction, under a lock.

    Idempotent: a table that is there stays as it is. Raises psycopg.Error.
    """
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        missing = [name for name in _TABLES if not _exists(connection, name)]
        for name in missing:
            columns, rows = _TABLES[name]
            connection.execute(SQL("CREATE TABLE {} ").format(Identifier(name)) + SQL(columns))
            connection.execute(SQL("INSERT INTO {} ").format(Identifier(name)) + SQL(rows))
        return missing


def _exists(connection: psycopg.Connection, name: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
    return bool(row and row[0])
