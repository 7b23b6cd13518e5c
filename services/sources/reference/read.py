"""Reads reference files into statements: TOML by its sections, CSV and TSV by the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from contracts.codes import EARLIEST
from contracts.observations import make_observation
from services.domain.dossier import fact_of_observation
from services.domain.identity import OPERATOR
from services.domain.versions import REFERENCE_KEYS
from services.sources.bytes import FileBroken
from services.sources.cells import CODE_MAX
from services.sources.nearest import nearest
from services.sources.readers.separated import read_table
from services.sources.reference.tables import ACT_OF, COLUMNS, ReferenceFile, What
from services.sources.row import Refused, Said, Unsaid
from services.sources.tables import Table, TableError, load_table, sentences
from services.sources.translate import act_key

_DELIMITERS: Final = {".csv": ",", ".tsv": "\t"}
_OTHER_DELIMITERS: Final = (";", "\t", ",", "|")
"""What spreadsheets write instead: a Vietnamese Excel's CSV has semicolons."""
_CODE_FIELD: Final[dict[What, str]] = {"succession": "agency", "calendar": "name", "figures": "form"}
_SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """For whom a file speaks: `zone` is the one whose days are meant."""

    tenant: str
    zone: ZoneInfo
    observed_at: datetime


def read_reference(paths: Sequence[Path], speaker: Speaker) -> list[Said | Unsaid]:
    """Every statement of the files, in order.

    Raises TableError: a file cannot be read or used; one line a finding, each with the file and the line or key.
    """
    stated: list[Said | Unsaid] = []
    wrong: list[str] = []
    for number, path in enumerate(paths):
        try:
            if path.resolve() in {before.resolve() for before in paths[:number]}:
                raise TableError(f"{path}: is named twice; name it once")
            if path.suffix == ".toml":
                stated += _sections(path, speaker)
            elif path.suffix in _DELIMITERS:
                stated += _rows(path, speaker)
            else:
                raise TableError(f"{path}: is neither .toml nor .csv nor .tsv; save it as one of them")
        except TableError as error:
            wrong.append(str(error))
        except FileBroken as error:
            wrong.append(str(error))
    wrong += _said_twice(stated)
    if wrong:
        raise TableError("\n".join(wrong))
    return stated


def _sections(path: Path, speaker: Speaker) -> Iterator[Said | Unsaid]:
    document = load_table(path, ReferenceFile)
    for what in ACT_OF:
        for number, entry in enumerate(getattr(document, what), start=1):
            yield _said(what, entry, f"{path.name}: {what}[{number}]", speaker)
    for number, taken in enumerate(document.withdrawn, start=1):
        act = ACT_OF[taken.what]
        name = taken.key.isoformat() if isinstance(taken.key, date) else taken.key
        key = act_key(taken.code, act, name, None, None)
        yield Unsaid(code=taken.code, act=act, act_id=name, key=key, locator=f"{path.name}: withdrawn[{number}]")


def _rows(path: Path, speaker: Speaker) -> Iterator[Said]:
    wrong: list[str] = []
    kind: tuple[What, type[Table]] | None = None
    for row in read_table(path, "utf-8", _DELIMITERS[path.suffix], frozenset(), told=lambda _: None):
        if isinstance(row, Refused):
            wrong.append(str(row))
        else:
            what, table = kind = kind or _kind(path, row.values)
            try:
                values = {name: text for name, value in row.values.items() if (text := str(value).strip())}
                entry = table.model_validate(values)
            except ValidationError as error:
                wrong += [f"{row.locator}: {one}" for one in sentences(error)]
            else:
                yield _said(what, entry, row.locator, speaker)
    if wrong:
        more = f"\n{path.name}: and {len(wrong) - _SHOWN_MAX:,} more" if len(wrong) > _SHOWN_MAX else ""
        raise TableError("\n".join(wrong[:_SHOWN_MAX]) + more)
    if kind is None:
        raise TableError(f"{path.name}: has no rows under its line of column names")


def _kind(path: Path, columns: dict[str, Any] | Any) -> tuple[What, type[Table]]:
    """What the rows are: the kind that knows most of the columns; every one of them must then be known."""
    what = max(COLUMNS, key=lambda one: len(columns.keys() & COLUMNS[one].model_fields.keys()))
    fields = COLUMNS[what].model_fields
    unknown = [name for name in columns if name not in fields]
    mark = next((mark for mark in _OTHER_DELIMITERS if mark in "".join(unknown)), None)
    if len(columns) == 1 and mark is not None:
        ours = _DELIMITERS[path.suffix]
        raise TableError(f"{path.name}:1: its columns are separated by {mark!r}; save it with {ours!r} between them")
    if unknown:
        told = "; ".join(f"unknown column {name!r}; {nearest(name, fields)}" for name in unknown)
        raise TableError(f"{path.name}:1: {told}")
    missing = [name for name, field in fields.items() if field.is_required() and name not in columns]
    if missing:
        raise TableError(f"{path.name}:1: column {', '.join(map(repr, missing))} is missing; a row of {what} needs it")
    return what, COLUMNS[what]


def _said(what: What, entry: Table, locator: str, speaker: Speaker) -> Said:
    act, own = ACT_OF[what], _CODE_FIELD.get(what, "code")
    data = entry.model_dump(exclude={own, "submitted_at"})
    code = getattr(entry, own)
    common: dict[str, Any] = {
        "tenant": speaker.tenant,
        "system": OPERATOR,
        "code": code,
        "act": act,
        "occurred_at": _occurred_at(entry, speaker.zone),
        "observed_at": speaker.observed_at,
        "data": data,
    }
    # The key is a function of the claim, so a first draft gives it; by it a corrected file revises what it said before.
    name = key_shown(REFERENCE_KEYS[act](fact_of_observation(make_observation(**common))))
    observation = make_observation(**common, act_id=name)
    return Said(observation, act_key(code, act, name, None, None), observation.id.bytes, locator)


def key_shown(parts: tuple[str, ...]) -> str:
    """How a person names one of the statements about a code: the day, the version, or what was sent when to whom."""
    name = " ".join(part for part in parts if part)
    return name if len(name) <= CODE_MAX else blake2b(name.encode(), digest_size=16).hexdigest()


def _occurred_at(entry: Any, zone: ZoneInfo) -> datetime:
    """When it took effect in the office: the first moment of its first day, or the submission's own time."""
    if (sent := getattr(entry, "submitted_at", None)) is not None:
        return sent  # type: ignore[no-any-return] # an Instant of the table
    years = getattr(entry, "years", None)
    day = date(min(years), 1, 1) if years else getattr(entry, "on", None) or entry.valid_from
    # The first moment of the first allowed day lies before the first allowed instant in every zone east of Greenwich.
    return max(datetime.combine(day, time(), zone), EARLIEST)


def _said_twice(stated: Sequence[Said | Unsaid]) -> Iterator[str]:
    first: dict[bytes, Said | Unsaid] = {}
    for one in stated:
        before = first.setdefault(one.key, one)
        if before is one or (isinstance(one, Said) and isinstance(before, Said) and one.content == before.content):
            continue
        code = one.observation.code if isinstance(one, Said) else one.code
        yield f"{one.locator}: {code} is said another way at {before.locator} under the same key; keep one of them"
