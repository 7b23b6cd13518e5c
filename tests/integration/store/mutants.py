"""Wrong ways to give positions, to be planted in the store so that the tests prove that they would see them."""

from __future__ import annotations

from dataclasses import replace

from services.event_store.statements import STATEMENTS, Statements

_NO_LOCK = "SELECT $1::text"
_LOCK_CALL = "pg_advisory_xact_lock(hashtext('khop.writer'), hashtext($1))"
assert _LOCK_CALL in STATEMENTS.lock_tenant

LOCK_TAKEN_OUT: Statements = replace(STATEMENTS, lock_tenant=_NO_LOCK)

LOCK_BEHIND_THE_READ: Statements = replace(
    STATEMENTS,
    lock_tenant=_NO_LOCK,
    last_event=(
        "WITH last AS MATERIALIZED ("
        " SELECT position, recorded_at FROM log.events WHERE tenant = $1 ORDER BY position DESC LIMIT 1"
        f") SELECT last.position, last.recorded_at FROM last CROSS JOIN LATERAL (SELECT {_LOCK_CALL}"
        " WHERE last.position > 0) AS locked"
    ),
)
"""Lock and read in one statement: its snapshot is older than the lock it then waits for."""

LOCK_FREED_BEFORE_THE_COMMIT: Statements = replace(
    STATEMENTS,
    lock_tenant=(
        "SELECT pg_advisory_lock(hashtext('khop.writer'), hashtext($1)),"
        " pg_advisory_unlock(hashtext('khop.writer'), hashtext($1))"
    ),
)

NAIVE_SEQUENCE: Statements = replace(
    STATEMENTS,
    lock_tenant=_NO_LOCK,
    last_event="SELECT nextval('public.naive') - 1 AS position, NULL::timestamptz AS recorded_at WHERE $1 <> ''",
)
"""Positions from a sequence, as event stores on SQL mostly have them; needs `CREATE SEQUENCE public.naive`."""
