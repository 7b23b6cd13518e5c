"""Reads what a caller says, item by item: each becomes an observation, or an error that says what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import ValidationError
from pydantic_core import from_json

from contracts.claims import ACTS
from contracts.observations import OBSERVATION_TYPES, Observation, make_observation
from services.domain.authority import CONNECTION_ACTS
from services.keys.port import ApiKey

FIELDS: Final = frozenset(
    {"code", "act", "occurred_at", "data", "act_id", "item", "sequence", "revision", "observed_at"}
)
MOMENTS: Final = ("occurred_at", "observed_at", "revision")
SHOWN_MAX: Final = 80
_DATE_FIRST: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


class BadBody(Exception):
    """The body as a whole cannot be read; says where and why."""


class BadItem(Exception):
    """One item cannot be recorded: which field, its value, and what to do."""

    def __init__(self, field: str, value: object, what_to_do: str) -> None:
        super().__init__(f"{field}: {what_to_do}")
        self.field = field
        self.value = value
        self.what_to_do = what_to_do

    def document(self) -> dict[str, str]:
        """As it is answered."""
        shown = self.value if isinstance(self.value, str) else repr(self.value)
        return {"field": self.field, "value": _printable(shown), "what_to_do": self.what_to_do}


def read_body(body: bytes, *, lines: bool) -> list[object]:
    """The items of a body: one object, an array, or with `lines` an object a line (a bad line is an item that is bad).

    Raises BadBody.
    """
    if lines:
        return [_line(line) for line in body.splitlines() if line.strip()]
    try:
        document = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise BadBody(f"the body is not JSON: {error}") from None
    if isinstance(document, list):
        return document
    return [document]


def _line(line: bytes) -> object:
    try:
        return from_json(line, allow_inf_nan=False)
    except ValueError as error:
        return BadItem("(line)", line[:SHOWN_MAX].decode(errors="replace"), f"is not JSON: {error}")


def observe(item: object, *, key: ApiKey, now: datetime, traceparent: str | None) -> Observation:
    """What an item says, said by the key's system. Raises BadItem."""
    if isinstance(item, BadItem):
        raise item
    if not isinstance(item, Mapping):
        raise BadItem("(item)", item, "must be an object with code, act, occurred_at and data")
    if unknown := sorted(item.keys() - FIELDS):
        near = difflib.get_close_matches(unknown[0], FIELDS, n=1)
        raise BadItem(unknown[0], item[unknown[0]], f"is no field{f'; did you mean {near[0]}?' if near else ''}")
    act = item.get("act")
    if not isinstance(act, str) or act not in OBSERVATION_TYPES:
        near = difflib.get_close_matches(str(act), OBSERVATION_TYPES, n=1)
        raise BadItem("act", act, f"is no act we know; {f'did you mean {near[0]}?' if near else 'see /openapi.json'}")
    for name in MOMENTS:
        # A bare number would be taken for Unix seconds: nobody means that, and milliseconds would be taken so too.
        if (given := item.get(name)) is not None and not (isinstance(given, str) and _DATE_FIRST.match(given)):
            raise BadItem(name, given, "must be text with date, time and zone: 2024-05-13T09:12:00+07:00")
    if not isinstance(data := item.get("data", {}), dict):
        raise BadItem("data", data, "must be an object with what came with the act, {} if nothing did")
    # To take back what holds for the tenant is as much a matter of configuring it as to say it.
    about = data.get("act") if act == "retracted" else act
    tenant_level = about in ACTS and ACTS[about][1] == "tenant"
    if tenant_level and key.scope != "configure":
        raise BadItem("act", act, "is about the tenant itself; use a key of scope configure")
    if key.scope == "configure" and not tenant_level:
        raise BadItem("act", act, "is about a dossier; use a key of scope write")
    try:
        return make_observation(
            tenant=key.tenant,
            # What is said of a system is filed under its own name, whoever is allowed to say it.
            system=item.get("code") if about in CONNECTION_ACTS else key.system,  # type: ignore[arg-type] # checked by the model
            code=item.get("code"),  # type: ignore[arg-type] # the same: what is missing or no text is refused by name
            act=act,
            occurred_at=item.get("occurred_at"),  # type: ignore[arg-type] # text, parsed by the model
            observed_at=item.get("observed_at") or now,
            data=data,
            act_id=item.get("act_id"),
            item=item.get("item"),
            sequence=item.get("sequence"),
            revision=item.get("revision"),
            traceparent=traceparent,
        )
    except ValidationError as error:
        raise _explain(error) from None


def _explain(error: ValidationError) -> BadItem:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "(item)"
    what = first["msg"][0].lower() + first["msg"][1:]
    more = error.error_count() - 1
    return BadItem(field, first["input"], f"{what}{f' (and {more} more)' if more else ''}")


def _printable(text: str) -> str:
    cut = text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}… ({len(text)} characters)"
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in cut)
