"""The one error a person can meet while starting things locally, so that commands print a sentence and no traceback."""


class LocalError(Exception):
    """Something on this machine stands in the way; the message says what and what to do about it."""
