"""What a source's columns and codes mean, as data: a TOML file that a person who knows the source can review."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from contracts.claims import ACTS
from contracts.codes import Channel, Code, DossierStatus, SystemKind, SystemName, TenantName
from services.sources.nearest import nearest
from services.sources.tables import Table, TableError, load_table

FileFormat = Literal["csv", "tsv", "jsonl", "xlsx", "xes"]
STATED_ACTS: Final = frozenset(act for act, (_, scope) in ACTS.items() if scope == "dossier") - {"retracted"}
"""What a mapped row can state; links have a rule of their own, and configuration is not a row's to say."""
TIME_FORMATS: Final = frozenset({"iso", "date14", "date", "date-end"})


class Cell(Table):
    """Where a value is: a column's name alone, or a table with its own format and zone, or a constant `value`."""

    column: str | None = None
    value: str | None = None
    format: str | None = None
    zone: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_origin(self) -> Cell:
        if (self.column is None) == (self.value is None):
            raise ValueError("give either a column or a constant value")
        return self

    @field_validator("zone")
    @classmethod
    def _in_the_list(cls, zone: str | None) -> str | None:
        return None if zone is None else _known_zone(zone)

    @field_validator("format")
    @classmethod
    def _readable(cls, name: str | None) -> str | None:
        return None if name is None else _known_format(name)


class ActRule(Table):
    """One act that a row states: a fixed `act`, one named by a column (`act_from`), or a status (`status_from`).

    The act is absent from a row whose time is empty.
    """

    act: str | None = None
    act_from: Cell | None = None
    status_from: Cell | None = None
    at: Cell
    id: Cell | None = None
    """The source's own id of the act; without one the act is known by its time."""
    once: bool = False
    """A dossier has this act at most once: a changed time corrects it, an emptied one takes it back."""
    item: Cell | None = None
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Only in rows where each of these columns has one of these values; "" stands for absent."""
    data: dict[str, Cell] = Field(default_factory=dict)
    """Fields of the act's claim, such as `due_at`, `step`, `unit`, `round`, `reference`."""

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_more(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {column: (value,) if isinstance(value, str) else value for column, value in given.items()}

    @field_validator("act")
    @classmethod
    def _known_act(cls, act: str | None) -> str | None:
        if act is not None and act not in STATED_ACTS:
            raise ValueError(f"unknown act {act!r}; {nearest(act, STATED_ACTS)}")
        return act

    @model_validator(mode="after")
    def _consistent(self) -> ActRule:
        if sum(origin is not None for origin in (self.act, self.act_from, self.status_from)) != 1:
            raise ValueError("give exactly one of act, act_from, status_from")
        if self.once and (self.act is None or self.id is not None):
            raise ValueError("`once` is for a fixed act without an id")
        fields = self.claim_fields()
        for name in self.data:
            if name not in fields:
                raise ValueError(f"data.{name}: no such field; {nearest(name, fields)}")
        return self

    def claim_fields(self) -> frozenset[str]:
        """Fields that `data` may fill: those of the act, or of any act where a column names it."""
        acts = STATED_ACTS if self.act_from is not None else {self.act or "status_reported"}
        names = {name for act in acts for name in ACTS[act][0].model_fields}
        return frozenset(names - {"status", "raw", "channel", "agency", "receiving_agency", "procedure"})


class LinkRule(Table):
    """A row shows what another system calls this dossier; absent where the code is empty."""

    system: Cell
    code: Cell
    at: Cell
    each: str | None = None
    """A column that holds a list of objects: one link each, `system` and `code` being keys of the object."""


class Join(Table):
    """Columns of another file, found by a shared key, appear in this file's rows as `name/column`."""

    rows: str
    """The `name` of the other rows."""
    on: str
    """The column of this file that holds the key."""
    key: str
    """The column of the other file that holds it."""
    columns: tuple[str, ...]


class Rows(Table):
    """One kind of row: of the files that fit, or of a polled system (no `files`)."""

    name: str = ""
    files: str | None = None
    """Pattern on the file's name, such as `cases*.csv*`; `.gz` is seen through."""
    format: FileFormat | None = None
    """As the file's ending says, unless given."""
    encoding: str = "utf-8"
    delimiter: str | None = None
    sheet: str | None = None
    records: Literal["trace", "event"] = "trace"
    """For XES: a row a trace, or a row an event with its trace's attributes as `trace/…`."""
    join: Join | None = None
    code: Cell
    sequence: Cell | None = None
    revision: Cell | None = None
    """When the source last changed what the row says."""
    channel: Cell | None = None
    agency: Cell | None = None
    receiving_agency: Cell | None = None
    procedure: Cell | None = None
    act: tuple[ActRule, ...] = ()
    link: tuple[LinkRule, ...] = ()

    @field_validator("encoding")
    @classmethod
    def _line_encoding(cls, encoding: str) -> str:
        try:
            ok = "\n".encode(encoding) == b"\n"
        except LookupError:
            raise ValueError(f"unknown encoding {encoding!r}; try 'utf-8' or 'cp1258'") from None
        if not ok:
            raise ValueError(f"{encoding!r} does not keep lines apart by a byte; convert the file to utf-8 first")
        return encoding

    @model_validator(mode="after")
    def _says_something(self) -> Rows:
        if not self.act and not self.link:
            raise ValueError("rows state nothing: add [[rows.act]] or [[rows.link]]")
        return self


class Source(Table):
    """Who speaks."""

    tenant: TenantName | None = None
    system: SystemName | None = None
    kind: SystemKind
    zone: str
    """IANA name of the zone in which times without an offset are written."""
    time_format: str = "iso"
    """iso, date14 (yyyyMMddHHmmss), date, date-end (the day's last second), or a pattern such as %d/%m/%Y %H:%M."""
    empty: tuple[str, ...] = ()
    """Values that mean absent, besides the empty one."""
    connected_from: datetime = datetime(1900, 1, 1, tzinfo=UTC)
    agencies: tuple[Code, ...] | None = None

    @field_validator("kind", mode="before")
    @classmethod
    def _known_kind(cls, kind: Any) -> Any:
        if kind not in get_args(SystemKind):
            raise ValueError(f"unknown kind {kind!r}; {nearest(str(kind), get_args(SystemKind))}")
        return kind

    @field_validator("connected_from")
    @classmethod
    def _with_zone(cls, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("give the zone too, such as 2020-01-01T00:00:00+07:00")
        return moment

    @field_validator("zone")
    @classmethod
    def _in_the_list(cls, zone: str) -> str:
        return _known_zone(zone)

    @field_validator("time_format")
    @classmethod
    def _readable(cls, name: str) -> str:
        return _known_format(name)


class SourceMapping(Table):
    """A whole mapping file. A code that no map knows is never given a default: its row waits in quarantine."""

    source: Source
    rows: tuple[Rows, ...] = Field(min_length=1)
    status_map: dict[str, DossierStatus | str] = Field(default_factory=dict)
    """The source's status → a number of the national list, or an act where the source's word means one."""
    act_map: dict[str, str] = Field(default_factory=dict)
    channel_map: dict[str, Channel] = Field(default_factory=dict)
    """Empty: the source already writes direct, online, postal."""
    agency_map: dict[str, Code] | None = None
    procedure_map: dict[str, Code] | None = None

    @field_validator("status_map")
    @classmethod
    def _status_or_act(cls, table: dict[str, DossierStatus | str]) -> dict[str, DossierStatus | str]:
        for word, meaning in table.items():
            if isinstance(meaning, str) and meaning not in STATED_ACTS:
                raise ValueError(f"{word!r} = {meaning!r}: no status 1-10, no act; {nearest(meaning, STATED_ACTS)}")
        return table

    @field_validator("act_map")
    @classmethod
    def _acts(cls, table: dict[str, str]) -> dict[str, str]:
        for word, act in table.items():
            if act not in STATED_ACTS:
                raise ValueError(f"{word!r} = {act!r}: no such act; {nearest(act, STATED_ACTS)}")
        return table

    @field_validator("channel_map", mode="before")
    @classmethod
    def _channels(cls, table: Any) -> Any:
        for word, channel in table.items() if isinstance(table, dict) else ():
            if channel not in get_args(Channel):
                raise ValueError(f"{word!r} = {channel!r}: no such channel; {nearest(str(channel), get_args(Channel))}")
        return table

    @model_validator(mode="after")
    def _tables_are_there(self) -> SourceMapping:
        names = {rows.name for rows in self.rows if rows.name}
        if len({rows.name for rows in self.rows}) < len(self.rows):
            raise ValueError("two [[rows]] have the same name or none; what waits in quarantine is found by it")
        for number, rows in enumerate(self.rows, start=1):
            if any(rule.status_from for rule in rows.act) and not self.status_map:
                raise ValueError(f"rows {number} state statuses, but there is no [status_map]")
            if any(rule.act_from for rule in rows.act) and not self.act_map:
                raise ValueError(f"rows {number} name acts by a column, but there is no [act_map]")
            if rows.join is not None and rows.join.rows not in names - {rows.name}:
                others = names - {rows.name}
                raise ValueError(f"rows {number} join {rows.join.rows!r}; {nearest(rows.join.rows, others)}")
        return self

    @property
    def tenant(self) -> str:
        """The tenant; `load_mapping` made sure that there is one."""
        assert self.source.tenant is not None
        return self.source.tenant

    @property
    def system(self) -> str:
        """The system that speaks."""
        assert self.source.system is not None
        return self.source.system


def load_mapping(path: Path, *, tenant: str | None = None, system: str | None = None) -> SourceMapping:
    """Read a mapping; `tenant` and `system` stand in for those of the file.

    Raises:
        TableError: it cannot be read or used, and why, one line a finding.
    """
    given = {key: name for key, name in (("tenant", tenant), ("system", system)) if name is not None}

    def amend(document: dict[str, Any]) -> None:
        if isinstance(source := document.get("source"), dict):
            source.update(given)

    mapping = load_table(path, SourceMapping, amend=amend)
    for key in ("tenant", "system"):
        if getattr(mapping.source, key) is None:
            raise TableError(f"{path}: source.{key} is missing; say whose data this is")
    return mapping


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(zone: str) -> str:
    if zone not in _zones():
        raise ValueError(f"unknown zone {zone!r}; {nearest(zone, _zones())}")
    return zone


def _known_format(name: str) -> str:
    if name not in TIME_FORMATS and "%" not in name:
        raise ValueError(f"unknown time format {name!r}; {nearest(name, TIME_FORMATS)}, or a pattern such as %d/%m/%Y")
    return name
