"""The one error for a database that is away, free of any driver so that ports and pure tests can name it."""


class DatabaseUnavailable(Exception):
    """The database cannot be reached or gave up the connection; the same call may succeed later."""
