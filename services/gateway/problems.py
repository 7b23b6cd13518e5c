"""One shape for every answer that is not what was asked for."""

from __future__ import annotations

from fastapi import Response
from pydantic_core import to_json


def problem(status: int, error: str, what_to_do: str, *, retry_after_s: int | None = None) -> Response:
    """An answer that says what is wrong and what to do."""
    headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(
        to_json({"error": error, "what_to_do": what_to_do}),
        status_code=status,
        media_type="application/json",
        headers=headers,
    )


class Stop(Exception):
    """Ends a request with this answer, from wherever it is."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response
