"""Reads what a person names as a side of `khop explain`: a kept report, a definition with inputs, a list, a number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from services.domain.statistics.definition import Definition, Due, Mode
from services.domain.statistics.document import FORMAT, digest
from services.domain.statistics.explain.way import Way
from services.domain.statistics.registry import UnknownDefinition, all_definitions, find
from services.domain.zones import VIETNAM
from services.operator.as_of import zone_of
from services.operator.errors import Findings, WrongUsage
from services.operator.report_words import as_due, as_mode, as_switches, day
from services.sources.dossier_list import ENDINGS
from services.sources.nearest import nearest

INPUTS: Final = ("from", "to", "zone", "due", "mode", "agency", "calendar", "version", "without")
"""What may follow a definition's name, beside its switches: `hv06,to=2024-05-31,server_zone=UTC@1200`."""
_IDENTITY: Final = {
    *("definition", "version", "tenant", "from", "to", "zone", "due", "mode", "agency", "switches", "position"),
}
STANDARD: Final = {"zone": VIETNAM, "due": "instant", "mode": "as_was"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A side that is counted; `at` is a position or a time as written, None for the log's end.

    `total` is what a kept report says it comes to, None where none was given.
    """

    definition: Definition
    tenant: str
    first: date
    last: date
    zone: str
    due: Due
    mode: Mode
    agency: str | None
    calendar: str | None
    """As it is asked for, name or name@version; of a kept report, the one that it was made by."""
    switches: Mapping[str, str]
    without: frozenset[str] = frozenset()
    at: str | None
    path: Path | None = None
    total: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ListFile:
    """A portal's list of dossiers."""

    path: Path


@dataclass(frozen=True, slots=True)
class Number:
    """A bare figure."""

    figure: int


Side = Named | ListFile | Number


def sides(a: str, b: str, options: Mapping[str, str | None]) -> tuple[Side, Side]:
    """Both sides. What a named definition leaves open is as the `options` say, else as the kept report beside it.

    Raises WrongUsage, and Findings for a report whose hash does not fit.
    """
    kept = {text: read_report(Path(text)) for text in (a, b) if text.lower().endswith(".json")}
    standard: dict[str, str | None] = dict(STANDARD)
    for document in kept.values():
        # A calendar bears on some definitions alone, so that of a report is not put on what stands beside it.
        standard |= _inputs_of(document["identity"]) | {"calendar": None}
    standard |= {name: value for name, value in options.items() if value is not None}
    one, other = (_kept(Path(text), kept[text]) if text in kept else _side(text, standard) for text in (a, b))
    if isinstance(one, Named) and isinstance(other, Named):
        if one.tenant != other.tenant:
            raise WrongUsage(f"A is of {one.tenant}, B of {other.tenant}; only figures of one tenant can be compared")
    elif not isinstance(one, Named) and not isinstance(other, Named):
        raise WrongUsage("one of the two must be a definition or a report that `khop report --json` wrote")
    return one, other


def read_report(path: Path) -> dict[str, Any]:
    """A report that `khop report --json` wrote, its bytes proved by its hash. Raises WrongUsage, Findings."""
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise WrongUsage(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise WrongUsage(f"{path}: is no JSON ({error}); write it with `khop report NAME … --json`") from None
    identity = document.get("identity") if isinstance(document, dict) else None
    if not isinstance(identity, dict):
        raise WrongUsage(f"{path}: is no report; write it with `khop report NAME … --json`")
    if identity.get("definition") not in all_definitions():
        raise WrongUsage(
            f"{path}: is a report {identity.get('definition')!r}, which no bridge leads to; there are "
            f"{', '.join(all_definitions())}"
        )
    if not identity.keys() >= _IDENTITY or not {"format", "total", "hash"} <= document.keys():
        raise WrongUsage(f"{path}: is no whole report; write it with `khop report NAME … --json`")
    if document["hash"] != digest(document):
        raise Findings(
            f"{path}: its content has the hash {digest(document)} and not {document['hash']}, as it says: it was "
            "changed since it was written; make the report again"
        )
    if document["format"] != FORMAT:
        raise WrongUsage(f"{path}: is of format {document['format']}; this program reads format {FORMAT}")
    return dict(document)


def written(way: Way, beside: Way, cell: str) -> str:
    """A way in the syntax of this command, with what it does not share with another one; and its cell."""
    one, other = way.request, beside.request
    inputs = {
        "from": (one.first, other.first),
        "to": (one.last, other.last),
        "zone": (one.zone, other.zone),
        "due": (one.due, other.due),
        "mode": (one.mode, other.mode),
        "agency": (one.agency, other.agency),
    }
    parts = [f"{name}={mine}" for name, (mine, theirs) in inputs.items() if mine != theirs]
    defaults = {switch.name: switch.default for switch in way.definition.switches}
    parts += [f"{name}={value}" for name, value in way.question.switches.items() if value != defaults[name]]
    if way.mended:
        parts.append(f"without={'+'.join(sorted(way.mended))}")
    return f"{','.join((way.definition.name, *parts))} ({cell})"


def _side(text: str, standard: Mapping[str, str | None]) -> Side:
    if text.startswith("="):
        digits = text[1:].replace(".", "").replace(" ", "")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX):
            raise WrongUsage(f"{text!r} is no figure; write it as =12345")
        return Number(int(digits))
    if text.lower().removesuffix(".gz").endswith(ENDINGS):
        if not Path(text).is_file():
            raise WrongUsage(f"{text}: there is no such file")
        return ListFile(Path(text))
    return _named(text, standard)


_DIGITS_MAX: Final = 15


def _named(text: str, standard: Mapping[str, str | None]) -> Named:
    asked, _, at = text.partition("@")
    name, *parts = (part.strip() for part in asked.split(","))
    said = _said(text, parts)
    definition = _definition(name, said.pop("version", None))
    switches = [f"{key}={value}" for key, value in said.items() if key not in INPUTS]
    known = [switch.name for switch in definition.switches]
    for key in said:
        if key not in INPUTS and key not in known:
            raise WrongUsage(f"{text!r}: {definition.name} has no input {key!r}; {nearest(key, (*INPUTS, *known))}")
    inputs = {**standard, **{key: value for key, value in said.items() if key in INPUTS}}
    missing = [option for option in ("tenant", "from", "to") if not inputs.get(option)]
    if missing:
        told = " and ".join(f"--{option}" for option in missing)
        raise WrongUsage(f"{text!r}: {told} missing; the options hold for both sides, `,from=…,to=…` for one alone")
    return _made(definition, inputs, as_switches(switches, definition), at=at or inputs.get("as_of"))


def _made(
    definition: Definition,
    inputs: Mapping[str, str | None],
    switches: Mapping[str, str],
    *,
    at: str | None,
    **more: Any,
) -> Named:
    first, last = day(inputs["from"] or "", "from"), day(inputs["to"] or "", "to")
    if last < first:
        raise WrongUsage(f"to={last} lies before from={first}")
    without = frozenset(part for part in (inputs.get("without") or "").split("+") if part)
    bugs = [bug.name for bug in definition.known_bugs]
    for bug in sorted(without - set(bugs)):
        raise WrongUsage(f"without={bug}: {definition.name} has no known bug of that name; {nearest(bug, bugs)}")
    return Named(
        definition=definition,
        tenant=inputs["tenant"] or "",
        first=first,
        last=last,
        zone=zone_of(inputs["zone"] or "").key,
        due=as_due(inputs["due"] or ""),
        mode=as_mode(inputs["mode"] or ""),
        agency=inputs.get("agency") or None,
        calendar=(inputs.get("calendar") or "").replace(":", "@") or None,
        switches=switches,
        without=without,
        at=at,
        **more,
    )


def _said(text: str, parts: list[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for part in parts:
        key, sign, value = part.partition("=")
        if not sign or not value:
            raise WrongUsage(f"{text!r}: {part!r} is no input; write name=value with commas between, such as due=day")
        if key in said:
            raise WrongUsage(f"{text!r}: {key} is there twice")
        said[key] = value
    return said


def _definition(name: str, version: str | None) -> Definition:
    if version is not None and not version.isdecimal():
        raise WrongUsage(f"version={version} is no number")
    try:
        return find(name, version=None if version is None else int(version))
    except UnknownDefinition as error:
        raise WrongUsage(
            f"{error}, or a file that ends in .json, {', '.join(ENDINGS)}, or a figure such as =12345"
        ) from None


def _inputs_of(identity: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: identity.get(name) for name in ("tenant", "from", "to", "zone", "due", "mode", "agency", "calendar")}


def _kept(path: Path, document: Mapping[str, Any]) -> Named:
    identity = document["identity"]
    try:
        definition = find(identity["definition"], version=identity["version"])
    except UnknownDefinition as error:
        raise WrongUsage(f"{path}: {error}") from None
    return _made(
        definition,
        _inputs_of(identity),
        cast("Mapping[str, str]", identity["switches"]),
        at=str(identity["position"]),
        path=path,
        total=cast("Mapping[str, Any]", document["total"]),
    )
