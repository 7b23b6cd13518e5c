"""Why a command ends without having done what it was asked: one family, so that exit codes mean the same everywhere.

0 done · 1 findings, or errors in the user's data · 2 wrong usage · 3 something the command depends on is away.
"""

from __future__ import annotations


class CommandError(Exception):
    """One sentence for the person at the terminal: what, where, which value, what to do. Never a traceback."""

    exit_code = 1


class Findings(CommandError):
    """The command ran, and what it found is not in order."""


class WrongUsage(CommandError):
    """An option has a value that cannot be."""

    exit_code = 2


class Away(CommandError):
    """The database, the broker or a process does not answer; the same command may succeed later."""

    exit_code = 3
