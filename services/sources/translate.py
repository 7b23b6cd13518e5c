"""Turns one row into our words by its mapping, or says which value cannot be understood; nothing is ever defaulted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final, get_args

from pydantic import AwareDatetime, ValidationError
from pydantic_core import to_json

from contracts.claims import ACTS
from contracts.codes import Channel, DossierStatus
from contracts.observations import make_observation
from services.sources.cells import (
    CODE_MAX,
    NOT_IN,
    CannotUnderstand,
    Instant,
    Text,
    Values,
    instant_of,
    looked_up,
    text_of,
    whole_of,
)
from services.sources.mapping import ActRule, Cell, LinkRule, Rows, SourceMapping
from services.sources.port import HASH_BYTES
from services.sources.row import Refused, Row, Said, Unsaid

_LABEL_MAX: Final = 200
_CLAIM_ATTRIBUTES: Final = ("channel", "agency", "receiving_agency", "procedure")
_SHOWN: Final = b"\0" * HASH_BYTES
ONLY_ONE: Final = "the dossier's"
"""The act id of an act that a dossier has at most once."""
_INSTANT_FIELDS: Final[frozenset[str]] = frozenset(
    name
    for claim, _ in ACTS.values()
    for name, field in claim.model_fields.items()
    if AwareDatetime in (field.annotation, *get_args(field.annotation))
    or any(AwareDatetime in get_args(part) for part in get_args(field.annotation))
)


@dataclass(frozen=True, slots=True)
class _Act:
    rule: ActRule
    at: Instant
    word: Text | None
    """The source's own word for the act or status, where a column says it."""
    meanings: Mapping[str, DossierStatus | str]
    id: Text | None
    item: Text | None
    data: tuple[tuple[str, Callable[[Values], object]], ...]
    when: tuple[tuple[Text, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class _Link:
    rule: LinkRule
    system: Text
    code: Text
    at: Instant


class Translator:
    """The rules of one kind of row, made ready once."""

    def __init__(self, mapping: SourceMapping, rows: Rows) -> None:
        source = mapping.source
        self.rows = rows
        self._mapping = mapping
        self._code = text_of(rows.code, source, longest=CODE_MAX)
        self._sequence = None if rows.sequence is None else whole_of(rows.sequence, source)
        self._revision = None if rows.revision is None else instant_of(rows.revision, source)
        self._attributes = tuple(self._attribute_readers())
        self._acts = tuple(self._act(rule) for rule in rows.act)
        self._links = tuple(self._link(rule) for rule in rows.link)
        # Every value that decides between acts is one that some act names: another would make its row say nothing.
        self._cases = tuple(
            (
                column,
                text_of(Cell(column=column), source),
                frozenset(w for rule in rows.act for w in rule.when.get(column, ())),
            )
            for column in {column: None for rule in rows.act for column in rule.when}
        )

    def columns(self) -> frozenset[str]:
        """Every column that these rules read, for a file whose header can be checked before its rows."""
        rows = self.rows
        cells = [rows.code, rows.sequence, rows.revision, *(getattr(rows, name) for name in _CLAIM_ATTRIBUTES)]
        for rule in rows.act:
            cells += [rule.act_from, rule.status_from, rule.at, rule.id, rule.item, *rule.data.values()]
            cells += [Cell(column=column) for column in rule.when]
        for link in rows.link:
            cells += [link.at] if link.each else [link.at, link.system, link.code]
        names = {cell.column for cell in cells if cell is not None and cell.column is not None}
        joined = () if rows.join is None else {f"{rows.join.rows}/{column}" for column in rows.join.columns}
        return frozenset((names | ({rows.join.on} if rows.join else set())) - set(joined))

    def translate(self, row: Row, *, observed_at: datetime) -> list[Said | Unsaid] | Refused:
        """What the row states, or why it cannot be taken: a row is taken whole or not at all."""
        try:
            return self._statements(row, observed_at)
        except CannotUnderstand as error:
            field, value, reason, unknown = error.field, error.value, error.reason, error.unknown
        except ValidationError as error:
            finding = error.errors()[0]
            field, value, unknown = "/".join(map(str, finding["loc"])), str(finding["input"]), False
            reason = f"cannot be taken: {finding['msg']}; correct it at the source"
        raw = as_json(row.values)
        return Refused(
            locator=row.locator,
            field=field,
            value=value,
            reason=reason,
            raw=raw,
            unknown=unknown,
            rows=self.rows.name,
        )

    def _statements(self, row: Row, observed_at: datetime) -> list[Said | Unsaid]:
        values, mapping = row.values, self._mapping
        code = self._code(values)
        if code is None:
            raise CannotUnderstand(_name(self.rows.code), "", "is empty; a row belongs to a dossier by its code")
        common: dict[str, Any] = {
            "tenant": mapping.tenant,
            "system": mapping.system,
            "code": code,
            "observed_at": observed_at,
            "sequence": None if self._sequence is None else self._sequence(values),
            "revision": None if self._revision is None else self._revision(values),
        }
        attributes = {name: value for name, read in self._attributes if (value := read(values)) is not None}
        for column, read, known in self._cases:
            if (read(values) or "") not in known:
                raise CannotUnderstand(
                    column, read(values), "is no case of [[rows.act]] when: add it, then redrive", unknown=True
                )
        # Links first: an act of a code that is known to be another's needs no dossier of its own that is merged later.
        said: list[Said | Unsaid] = [one for link in self._links for one in self._linked(link, row, common)]
        said += [one for act in self._acts if (one := self._said(act, row, common, attributes)) is not None]
        return said

    def _said(self, act: _Act, row: Row, common: dict[str, Any], attributes: dict[str, Any]) -> Said | Unsaid | None:
        values, rule = row.values, act.rule
        if not all((read(values) or "") in wanted for read, wanted in act.when):
            return None
        occurred_at = act.at(values)
        if occurred_at is None:
            if not rule.once or rule.act is None:
                return None
            key = act_key(common["code"], rule.act, ONLY_ONE, None, None)
            return Unsaid(code=common["code"], act=rule.act, act_id=ONLY_ONE, key=key, locator=row.locator)
        name, data = self._meaning(act, values)
        fields = ACTS[name][0].model_fields
        data |= attributes
        data |= {field: value for field, read in act.data if field in fields and (value := read(values)) is not None}
        act_id = ONLY_ONE if rule.once else act.id(values) if act.id is not None else None
        item = act.item(values) if act.item is not None else None
        if "raw" in data and item is None and act_id is None and common["sequence"] is None:
            item = data["raw"][:CODE_MAX]  # two statuses of one moment are two acts, not two versions of one
        observation = make_observation(act=name, occurred_at=occurred_at, act_id=act_id, item=item, data=data, **common)
        key = act_key(common["code"], name, act_id, (occurred_at, common["sequence"]), item)
        return Said(observation, key, observation.id.bytes, row.locator)

    def _meaning(self, act: _Act, values: Values) -> tuple[str, dict[str, Any]]:
        if act.rule.act is not None:
            return act.rule.act, {}
        assert act.word is not None
        word, cell = act.word(values), act.rule.status_from or act.rule.act_from
        if word is None:
            raise CannotUnderstand(_name(cell), "", "is empty, but the row has a time for it; correct it at the source")
        meaning = act.meanings.get(word)
        if meaning is None:
            section = "status_map" if act.rule.status_from is not None else "act_map"
            raise CannotUnderstand(_name(cell), word, NOT_IN.format(section), unknown=True)
        return (
            ("status_reported", {"status": meaning, "raw": word})
            if isinstance(meaning, DossierStatus)
            else (meaning, {})
        )

    def _linked(self, link: _Link, row: Row, common: dict[str, Any]) -> list[Said]:
        shown = [row.values] if link.rule.each is None else row.values.get(link.rule.each) or []
        if not isinstance(shown, list) or not all(isinstance(one, Mapping) for one in shown):
            raise CannotUnderstand(link.rule.each or "", str(shown)[:_LABEL_MAX], "is not a list of objects")
        said: list[Said] = []
        for one in shown:
            other = link.code(one)
            if other is None or (occurred_at := link.at(row.values)) is None:
                continue
            system = link.system(one)
            if system is None:
                raise CannotUnderstand(_name(link.rule.system), "", f"is empty, but code {other!r} is given")
            act_id = f"{system}/{other}"
            if len(act_id) > CODE_MAX:
                raise CannotUnderstand(_name(link.rule.code), other, "is too long for a code; correct it at the source")
            # A link holds from when it is first shown; that later rows show it again says nothing new.
            observation = make_observation(
                act="linked",
                occurred_at=occurred_at,
                act_id=act_id,
                data={"system": system, "code": other},
                **{**common, "sequence": None, "revision": None},
            )
            key = act_key(common["code"], "linked", act_id, None, None)
            said.append(Said(observation, key, _SHOWN, row.locator))
        return said

    def _attribute_readers(self) -> list[tuple[str, Text]]:
        mapping, readers = self._mapping, []
        channels = mapping.channel_map or {word: word for word in get_args(Channel)}
        tables: dict[str, tuple[str, Mapping[str, str] | None]] = {
            "channel": ("channel_map", channels),
            "agency": ("agency_map", mapping.agency_map),
            "receiving_agency": ("agency_map", mapping.agency_map),
            "procedure": ("procedure_map", mapping.procedure_map),
        }
        for name in _CLAIM_ATTRIBUTES:
            cell: Cell | None = getattr(self.rows, name)
            if cell is not None:
                section, table = tables[name]
                read = text_of(cell, mapping.source, longest=CODE_MAX)
                readers.append((name, read if table is None else looked_up(read, table, section, _name(cell))))
        return readers

    def _act(self, rule: ActRule) -> _Act:
        source = self._mapping.source
        word = rule.status_from or rule.act_from
        return _Act(
            rule=rule,
            at=instant_of(rule.at, source),
            word=None if word is None else text_of(word, source, longest=_LABEL_MAX),
            meanings=self._mapping.status_map if rule.status_from is not None else dict(self._mapping.act_map),
            id=None if rule.id is None else text_of(rule.id, source, longest=CODE_MAX),
            item=None if rule.item is None else text_of(rule.item, source, longest=CODE_MAX),
            data=tuple(
                (
                    name,
                    instant_of(cell, source) if name in _INSTANT_FIELDS else text_of(cell, source, longest=_LABEL_MAX),
                )
                for name, cell in rule.data.items()
            ),
            when=tuple(
                (text_of(Cell(column=column), source), frozenset(wanted)) for column, wanted in rule.when.items()
            ),
        )

    def _link(self, rule: LinkRule) -> _Link:
        source = self._mapping.source
        return _Link(
            rule=rule,
            system=text_of(rule.system, source),
            code=text_of(rule.code, source, longest=CODE_MAX),
            at=instant_of(rule.at, source),
        )


def _name(cell: Cell | None) -> str:
    return "" if cell is None else cell.column or "(constant)"


def act_key(
    code: str, act: str, act_id: str | None, told_by: tuple[datetime, int | None] | None, item: str | None
) -> bytes:
    """16 bytes that name an act of one system: what the same act said again, with other content, shares.

    An act without an id of its own is told by its time and the source's own order.
    """
    told = act_id or (f"{told_by[0].astimezone(UTC).isoformat()} {told_by[1]}" if told_by is not None else "")
    return blake2b(f"{code}\0{act}\0{told}\0{item or ''}".encode(), digest_size=HASH_BYTES).digest()


def as_json(values: Any) -> bytes:
    """A row as JSON, whatever its values are, so that it can be set aside whole."""
    return to_json(values, fallback=str, inf_nan_mode="strings", serialize_unknown=True)
