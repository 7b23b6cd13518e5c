"""What every adapter on PostgreSQL shares: statements out of files, and one answer to a database that is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import asyncpg

from services.runtime.unavailable import DatabaseUnavailable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Statements = TypeVar("Statements", bound=DataclassInstance)
else:
    Statements = TypeVar("Statements")

_AWAY: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,  # deadlock, serialisation
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby answered: a failover is under way
    asyncpg.InternalClientError,  # the server's last words came between two calls: the driver has lost the thread
)


def is_away(error: BaseException) -> bool:
    """Whether this is the driver's way to say that the database is away, rather than that the call is wrong."""
    if isinstance(error, asyncpg.InterfaceError):
        # The driver uses this one type for its own misuse too; only the words tell. A pooled connection that was lost
        # says that it was "released back to the pool".
        if any(word in str(error) for word in ("closed", "closing", "released back")):
            return True
        # On a connection that is lost the undoing fails too, with words of misuse: what came first tells.
        return error.__context__ is not None and is_away(error.__context__)
    return isinstance(error, _AWAY)


@contextmanager
def translated(kind: type[DatabaseUnavailable] = DatabaseUnavailable) -> Iterator[None]:
    """Raise `kind` where the driver says, in one of its many ways, that the database is away."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise kind(f"PostgreSQL is away: {reason(error)}") from error
        raise


def reason(error: BaseException) -> str:
    """An error's words, or its name where it has none."""
    return str(error) or type(error).__name__


def load_statements(kind: type[Statements], folder: Path) -> Statements:
    """Fill each field of `kind` with the text of the file of that name, and refuse a file without a field.

    Raises:
        FileNotFoundError: a field has no file.
        ValueError: a file has no field, so that a statement nobody runs cannot look alive.
    """
    names = {field.name for field in fields(kind)}
    if strays := sorted({path.stem for path in folder.glob("*.sql")} - names):
        raise ValueError(f"{folder}: no statement is called {', '.join(strays)}")
    return kind(**{name: (folder / f"{name}.sql").read_text(encoding="utf-8") for name in names})
