"""Who may decide what: which systems took part when, and whose word counts for each act.

The tables are meant to be read and approved by a clerk: per act the kinds of system, best first. The first kind that
was connected for the agency at that time is the authority; all systems of that kind speak with equal right.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from contracts.claims import ACTS, Retracted, SystemConnected
from contracts.codes import Channel, SystemKind
from contracts.dossier_events import type_of
from services.domain.dossier import Fact
from services.domain.identity import OPERATOR
from services.domain.versions import holding, order_of

Kinds = tuple[SystemKind, ...]

PROCESSING: Final[Kinds] = ("one_stop", "ministry_system", "provincial_portal", "national_portal")
SUBMITTED_ONLINE: Final[Kinds] = ("national_portal", "provincial_portal", "one_stop", "ministry_system")
SUBMITTED_AT_DESK: Final[Kinds] = PROCESSING
PAYMENT: Final[Kinds] = ("payment_platform", "national_portal", "provincial_portal", "one_stop", "ministry_system")

AUTHORITY: Final[Mapping[str, Kinds]] = {
    "accepted": PROCESSING,
    "acceptance_supplement_requested": PROCESSING,
    "resubmitted": PROCESSING,
    "refused": PROCESSING,
    "forwarded": PROCESSING,
    "step_completed": PROCESSING,
    "supplement_requested": PROCESSING,
    "supplement_received": PROCESSING,
    "financial_obligation_requested": PROCESSING,
    "financial_obligation_fulfilled": PROCESSING,
    "suspended": PROCESSING,
    "resumed": PROCESSING,
    "due_date_changed": PROCESSING,
    "withdrawal_requested": SUBMITTED_ONLINE,
    "withdrawn": PROCESSING,
    "processing_stopped": PROCESSING,
    "processing_finished": PROCESSING,
    "result_returned": PROCESSING,
    "result_recalled": PROCESSING,
    "reopened": PROCESSING,
    "voided": PROCESSING,
    "reassigned": PROCESSING,
    "status_reported": PROCESSING,
    "payment_confirmed": PAYMENT,
    "component_digitised": ("result_store", "one_stop", "ministry_system", "provincial_portal", "national_portal"),
    "result_digitised": ("result_store", "one_stop", "ministry_system", "provincial_portal", "national_portal"),
    "document_signed": ("document_management", "one_stop", "ministry_system"),
    "identity_verified": ("identity_platform", "national_portal", "provincial_portal"),
}
"""Act → whose word counts. `submitted` is not here: it is decided where the citizen submitted (`submission_kinds`).
`status_reported` stands for what a status row says beyond an act, such as its due date."""

CHANNEL_SAID_BY: Final[Mapping[str, int]] = {kind: rank for rank, kind in enumerate(SUBMITTED_ONLINE)}
PLACE_SAID_BY: Final[Mapping[str, int]] = {kind: rank for rank, kind in enumerate(PROCESSING)}
"""Kind → rank (0 is best) for the channel, and for agency and procedure. A kind that is absent is never asked."""


def submission_kinds(channel: Channel | None) -> Kinds:
    """Whose word counts for the submission: the portals for an online dossier, else the desk that took it."""
    return SUBMITTED_ONLINE if channel == "online" else SUBMITTED_AT_DESK


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of time in which a system took part. `until` None: it still does. `agencies` None: for all."""

    system: str
    since: datetime
    until: datetime | None
    kind: SystemKind
    agencies: frozenset[str] | None


class Voice:
    """Whose words move the state of a dossier of this agency (None: it does not matter), for one system."""

    __slots__ = ("_answers", "_epoch", "agency", "kind", "system")

    def __init__(self, epoch: Epoch, system: str, kind: SystemKind, agency: str | None) -> None:
        self.system = system
        self.kind = kind
        self.agency = agency
        self._epoch = epoch
        self._answers: dict[str, bool] = {}

    def moves(self, act: str) -> bool:
        """Whether its word on this act moves the state; not for `submitted`, which the dossier itself decides."""
        answer = self._answers.get(act)
        if answer is None:
            answer = self._answers[act] = self._epoch.moves(act, self.system, self.agency)
        return answer


class Epoch:
    """The systems that took part during one stretch of time in which none came or went."""

    __slots__ = ("_voices", "kinds", "spans")

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = tuple(spans)
        self.kinds: dict[str, SystemKind] = {span.system: span.kind for span in self.spans}
        self.kinds[OPERATOR] = "operator"
        self._voices: dict[tuple[str, str | None], Voice] = {}

    def voice(self, system: str, agency: str | None) -> Voice | None:
        """A system's voice about a dossier of this agency (None: not known); None if it took part in nothing."""
        voice = self._voices.get((system, agency))
        if voice is None:
            kind = self.kinds.get(system)
            if kind is None:
                return None
            voice = self._voices[system, agency] = Voice(self, system, kind, agency)
        return voice

    def moves(self, act: str, system: str, agency: str | None) -> bool:
        """Whether this system's word on this act moves the state of a dossier of this agency (None: not known)."""
        if act == "voided" and self.kinds.get(system) == "operator":
            return True
        covering = [span for span in self.spans if span.agencies is None or agency is None or agency in span.agencies]
        for kind in AUTHORITY[act]:
            systems = {span.system for span in covering if span.kind == kind}
            if systems:
                return system in systems
        return False


class Connections:
    """Which systems of a tenant took part when, as which kind and for which agencies. Immutable."""

    __slots__ = ("_breaks", "_epochs", "agency_bound", "facts", "spans")

    def __init__(self, spans: Iterable[Span] = (), facts: tuple[Fact, ...] = ()) -> None:
        self.facts = facts
        """The facts it was made of; two are equal if they come to the same, whatever the facts."""
        self.spans = tuple(sorted(spans, key=lambda span: (span.system, span.since)))
        # In UTC: two moments of one zone object are compared eight times as fast as two of two.
        edges = {edge.astimezone(UTC) for span in self.spans for edge in (span.since, span.until) if edge is not None}
        self._breaks = sorted(edges)
        self._epochs = [Epoch(())] + [
            Epoch(span for span in self.spans if span.since <= edge and (span.until is None or edge < span.until))
            for edge in self._breaks
        ]
        self.agency_bound: bool = any(span.agencies is not None for span in self.spans)
        """Whether any system takes part for some agencies only, so that the agency of a dossier matters."""

    def at(self, moment: datetime) -> Epoch:
        """Who took part at a moment."""
        return self._epochs[bisect_right(self._breaks, moment)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Connections) and self.spans == other.spans

    def __hash__(self) -> int:
        return hash(self.spans)


def connections_of(facts: Iterable[Fact]) -> Connections:
    """What a tenant's `system_connected` and `system_disconnected` facts come to, in whatever order they are given.

    Its other tenant-level facts may be among them and bear on nothing here.
    """
    said_by_all = tuple({fact.id: fact for fact in facts if bears_on_connections(fact)}.values())
    held, _ = holding(said_by_all, lambda fact: fact.system == OPERATOR)
    by_system: dict[str, list[Fact]] = {}
    for fact in sorted(held, key=order_of):
        by_system.setdefault(fact.code, []).append(fact)
    spans: list[Span] = []
    for system, said in by_system.items():
        for fact, following in zip(said, [*said[1:], None], strict=True):
            until = following.occurred_at if following is not None else None
            if isinstance(fact.claim, SystemConnected) and until != fact.occurred_at:
                agencies = fact.claim.agencies
                spans.append(
                    Span(
                        system,
                        fact.occurred_at,
                        until,
                        fact.claim.kind,
                        None if agencies is None else frozenset(agencies),
                    )
                )
    return Connections(spans, said_by_all)


def is_tenant_level(fact: Fact) -> bool:
    """Whether a fact is about the tenant itself, not about a dossier."""
    return _act_meant(fact) in _TENANT_ACTS


def bears_on_connections(fact: Fact) -> bool:
    """Whether a fact is about which systems take part, the only tenant-level facts that move a dossier's state."""
    return _act_meant(fact) in CONNECTION_ACTS


def _act_meant(fact: Fact) -> str:
    return cast(Retracted, fact.claim).act if fact.act == "retracted" else fact.act


_TENANT_ACTS: Final = frozenset(act for act, (_, scope) in ACTS.items() if scope == "tenant")

CONNECTION_ACTS: Final = frozenset({"system_connected", "system_disconnected"})

CONNECTION_TYPES: Final = frozenset(type_of(act) for act in (*CONNECTION_ACTS, "retracted"))
"""Types of the tenant-level events that can bear on connections, so that nobody reads a province's whole catalogue to
learn who takes part."""
