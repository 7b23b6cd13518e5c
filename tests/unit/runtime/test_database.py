"""Which of the driver's words mean that the database is away, and which that the call is wrong."""

import asyncpg
import pytest

from services.runtime.database import translated
from services.runtime.unavailable import DatabaseUnavailable

MISUSE = "cannot perform operation: another operation is in progress"


def undoing_fails_too() -> None:
    try:
        raise asyncpg.InternalClientError("cannot switch to state 21; another operation (2) is in progress")
    finally:
        raise asyncpg.InterfaceError(MISUSE)


def test_undoing_on_a_lost_connection_is_away_whatever_words_it_fails_with() -> None:
    with pytest.raises(DatabaseUnavailable, match="another operation"), translated():
        undoing_fails_too()


def test_misuse_alone_is_a_defect() -> None:
    with pytest.raises(asyncpg.InterfaceError, match="in progress"), translated():
        raise asyncpg.InterfaceError(MISUSE)
