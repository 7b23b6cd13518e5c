"""Asks a system over HTTP for what changed: GET {url}/changes?after=…&limit=…, pages of JSON rows with a cursor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from pydantic import SecretStr
from pydantic_core import from_json

from services.sources.mapping import SourceMapping
from services.sources.port import Page, SourceAway
from services.sources.row import Refused, Row
from services.sources.translate import as_json

TIMEOUT_S: Final = 10.0
BODY_BYTES_MAX: Final = 64 * 1024 * 1024
_OK: Final = 200


class HttpChanges:
    """One polled system; `client` brings the time-outs and, where the system asks for it, the key."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = f"{url.rstrip('/')}/changes"

    async def page(self, after: str | None, limit: int) -> Page:
        """The next changes after a cursor.

        Raises SourceAway: it does not answer, or with another status or shape than agreed.
        """
        asked = {"limit": str(limit)} | ({} if after is None else {"after": after})
        try:
            body = await self._get(asked)
        except httpx.HTTPError as error:
            raise SourceAway(f"{self._url} does not answer: {type(error).__name__}: {error}") from error
        return self._read(body, after)

    async def _get(self, asked: dict[str, str]) -> bytes:
        body = bytearray()
        async with self._client.stream("GET", self._url, params=asked) as response:
            if response.status_code != _OK:
                raise SourceAway(f"{self._url} answers {response.status_code}")
            async for part in response.aiter_bytes():
                body += part
                if len(body) > BODY_BYTES_MAX:
                    raise SourceAway(f"{self._url} answers more than {BODY_BYTES_MAX} bytes; ask for fewer rows a page")
        return bytes(body)

    def _read(self, body: bytes, after: str | None) -> Page:
        try:
            document = from_json(body, allow_inf_nan=False)
        except ValueError as error:
            raise SourceAway(f"{self._url} answers with no JSON: {error}") from None
        if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
            raise SourceAway(f"{self._url} answers without a list of rows")
        following, newest = document.get("next"), document.get("newest")
        if not isinstance(following, str | int) or isinstance(following, bool):
            raise SourceAway(f"{self._url} answers without `next`, the cursor of the page after this one")
        rows = [
            _row(f"{self._url} after {after or 'the start'} row {place}", one)
            for place, one in enumerate(document["rows"], 1)
        ]
        return Page(rows=rows, next=str(following), newest=newest if type(newest) is int else _number(newest))


def _row(locator: str, one: Any) -> Row | Refused:
    if isinstance(one, dict):
        return Row(locator, one)
    reason = "is no object with named values; correct it at the source"
    return Refused(locator=locator, field="row", value=str(one)[:200], reason=reason, raw=as_json(one))


def _number(cursor: object) -> int | None:
    return int(cursor) if isinstance(cursor, str) and cursor.isascii() and cursor.isdecimal() else None


@asynccontextmanager
async def open_changes(url: str, mapping: SourceMapping, key: SecretStr | None) -> AsyncIterator[HttpChanges]:  # noqa: ARG001 - the shape of every adapter
    """The system at `url`, which is told the key where there is one."""
    headers = {} if key is None else {"authorization": f"Bearer {key.get_secret_value()}"}
    async with httpx.AsyncClient(headers=headers, timeout=TIMEOUT_S, follow_redirects=False) as client:
        yield HttpChanges(client, url)
