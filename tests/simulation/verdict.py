"""What must be true when everything is quiet; each finding is a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from contracts.claims import ACTS
from contracts.dossier_events import DossierEvent, DossierState
from contracts.observations import Observation
from contracts.upcasting import parse_event
from services.domain.authority import Connections, connections_of, is_tenant_level
from services.domain.dossier import CodeKey, Dossier, Fact, Segment, fact_of_event, fact_of_observation
from services.domain.fold import fold
from services.domain.identity import components, other_end
from services.projections.tables import DossierRow, PapersRow, SegmentRow
from tests.simulation.figures import miscounted
from tests.simulation.portal import Memory
from tests.simulation.reconciled import reconciled
from tests.simulation.stories import Story
from tests.simulation.world import World

Folded = dict[frozenset[CodeKey], Dossier]
TENANT_LEVEL = "tenant"


async def findings(world: World) -> list[str]:
    """Everything that is wrong at rest; empty when all is well."""
    found: list[str] = []
    for story in world.stories:
        stored = await world.store.read(story.tenant, after=0, limit=10**9)
        log = [parse_event(event.body) for event in stored]
        found += _log(story, log)
        found += await _read_models(world, story, log)
        for (tenant, subscriber), memory in world.portals.items():
            if tenant == story.tenant:
                found += _deliveries(subscriber, memory, log)
        found += await reconciled(story.tenant, world.store, world.ledger, world.portals)
    found += [f"parked: {each.reason}" for each in await world.parking.list()]
    return found


def _log(story: Story, log: Sequence[DossierEvent]) -> Iterator[str]:
    tenant = story.tenant
    if [event.position for event in log] != list(range(1, len(log) + 1)):
        yield f"{tenant}: positions have a gap or stand twice"
    said = {observation.id for observation in story.observations}
    facts = [event for event in log if ACTS[event.act][1] != "announcement"]
    heard = [event.id for event in facts if event.act != "linked" or event.id in said]
    if missing := said - set(heard):
        yield f"{tenant}: {len(missing)} things said were never recorded"
    if len(set(heard)) != len(heard):
        yield f"{tenant}: something is recorded twice"
    last: dict[str, int] = {}
    for before, event in zip([None, *log], log, strict=False):
        if before is not None and event.recordedtime < before.recordedtime:
            yield f"{tenant}: position {event.position} was recorded before the one before it"
        if event.subject != TENANT_LEVEL:
            if event.previous != last.get(event.subject):
                yield f"{tenant}: position {event.position} names {event.previous} as its dossier's event before it"
            last[event.subject] = event.position


def folded(facts: Sequence[Fact]) -> Folded:
    """What a set of facts comes to: its dossiers by their codes. Nothing of the pipeline takes part."""
    connections: Connections = connections_of(fact for fact in facts if is_tenant_level(fact))
    about = [fact for fact in facts if not is_tenant_level(fact)]
    codes = {fact.key for fact in about} | {end for fact in about if (end := other_end(fact)) is not None}
    by_code: defaultdict[CodeKey, list[Fact]] = defaultdict(list)
    for fact in about:
        by_code[fact.key].append(fact)
    return {
        group: fold([fact for code in sorted(group) for fact in by_code[code]], connections)
        for group in components(codes, about)
    }


async def _read_models(world: World, story: Story, log: Sequence[DossierEvent]) -> list[str]:
    found: list[str] = []
    head = len(log)
    expected = folded([fact for event in log if (fact := fact_of_event(event)) is not None])
    found += _segments(story.tenant, head, expected, await world.models.segments(story.tenant, as_of=head))
    earlier = world.rng.randint(1, head)
    if not _within_a_transaction(log, earlier):
        rows = await world.models.segments(story.tenant, as_of=earlier)
        found += _segments(story.tenant, earlier, _as_told(log[:earlier]), rows)
    if {codes: _segments_of(one) for codes, one in expected.items()} != {
        codes: _segments_of(one) for codes, one in folded(_facts(story.observations, log)).items()
    }:
        found.append(f"{story.tenant}: the order in which things were said changed what they come to")
    async with world.models.states(story.tenant) as (position, rows):
        shown = [row async for row in rows]
    if position != head:
        found.append(f"{story.tenant}: states are as of {position}, the log ends at {head}")
    found += _states(story.tenant, expected, shown, log)
    found += _papers(story.tenant, expected, await world.models.papers(story.tenant, as_of=head))
    return found + await miscounted(story.tenant, world.models, [one.segments for one in expected.values()])


def _facts(observations: Sequence[Observation], log: Sequence[DossierEvent]) -> list[Fact]:
    """The story in the order in which it happened, and the links that other systems' answers added to it."""
    told = [fact_of_observation(observation) for observation in observations]
    ids = {fact.id for fact in told}
    return told + [fact for event in log if (fact := fact_of_event(event)) is not None and fact.id not in ids]


def _within_a_transaction(log: Sequence[DossierEvent], as_of: int) -> bool:
    """Whether what a merge or a split of dossiers says up to this position is announced after it."""
    causes = {str(event.id) for event in log[:as_of] if event.subject != TENANT_LEVEL}
    return any(getattr(event.data, "cause", None) in causes for event in log[as_of:])


def _as_told(log: Sequence[DossierEvent]) -> Folded:
    """The dossiers as of the end of this log: each under the configuration at its own last event.

    A change of configuration is announced dossier by dossier, so one that has not heard of it yet stands as before.
    """
    last = {event.subject: event for event in log if event.state is not None}
    facts = [fact for each in log if (fact := fact_of_event(each)) is not None]
    told: Folded = {}
    for event in last.values():
        assert event.state is not None
        codes = frozenset(_codes(event.state))
        if event.state.merged_into is None and codes:
            configured = [fact_of_event(each) for each in log[: event.position] if each.subject == TENANT_LEVEL]
            connections = connections_of(fact for fact in configured if fact is not None)
            told[codes] = fold([fact for fact in facts if fact.key in codes], connections)
    return told


def _segments_of(dossier: Dossier) -> tuple[Segment, ...]:
    return dossier.segments


def _segments(tenant: str, as_of: int, expected: Folded, rows: Sequence[SegmentRow]) -> Iterator[str]:
    by_least: defaultdict[CodeKey, list[tuple[object, ...]]] = defaultdict(list)
    for row in rows:
        by_least[row.least_system, row.least_code].append(tuple(row)[6:])
    wanted = {min(codes): [_row(each) for each in one.segments] for codes, one in expected.items() if one.segments}
    for least in sorted(wanted.keys() | by_least.keys()):
        if sorted(wanted.get(least, []), key=repr) != sorted(by_least.get(least, []), key=repr):
            yield f"{tenant}: as of {as_of} the segments of {least} are {by_least.get(least)}, not {wanted.get(least)}"


def _row(segment: Segment) -> tuple[object, ...]:
    status = None if segment.status is None else int(segment.status)
    return (segment.occurred_from, segment.occurred_to, status, *segment[3:])


def _papers(tenant: str, expected: Folded, rows: Sequence[PapersRow]) -> Iterator[str]:
    shown: defaultdict[CodeKey, list[tuple[object, ...]]] = defaultdict(list)
    for row in rows:
        shown[row.least_system, row.least_code].append(tuple(row)[6:])
    wanted = {min(codes): list(map(tuple, one.papers)) for codes, one in expected.items() if one.papers}
    if shown != wanted:
        yield f"{tenant}: of papers {dict(shown)} is shown, not {wanted}"


def _states(tenant: str, expected: Folded, rows: Sequence[DossierRow], log: Sequence[DossierEvent]) -> Iterator[str]:
    living = {frozenset(_codes(row.state())): row for row in rows if row.merged_into is None}
    last = {event.subject: event.state for event in log if event.state is not None}
    if set(living) != set(expected):
        yield f"{tenant}: the dossiers are {sorted(map(sorted, living))}, not {sorted(map(sorted, expected))}"
        return
    for codes, dossier in expected.items():
        row = living[codes]
        wanted = dossier.state(_by_system(codes), None)
        if row.state() != wanted:
            yield f"{tenant}: {min(codes)} is shown as {row.state()}, not {wanted}"
        if last[str(row.dossier)] != wanted:
            yield f"{tenant}: the last event of {min(codes)} carries {last[str(row.dossier)]}, not {wanted}"


def _codes(state: DossierState) -> Iterator[CodeKey]:
    return ((system, code) for system, several in state.codes.items() for code in several)


def _by_system(codes: frozenset[CodeKey]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for system, code in sorted(codes):
        found[system].append(code)
    return {system: tuple(several) for system, several in found.items()}


def _deliveries(subscriber: str, memory: Memory, log: Sequence[DossierEvent]) -> Iterator[str]:
    """Every event that moved a field resting on another system than the subscriber, once, in order per dossier."""
    owed: defaultdict[str, list[int]] = defaultdict(list)
    for event in log:
        moved = any(system != subscriber for system in event.changed.values())
        if event.state is not None and (moved or event.act in {"merged", "split"}):
            owed[event.subject].append(event.position)
    for subject in sorted(owed.keys() | memory.order.keys()):
        if memory.order.get(subject, []) != owed.get(subject, []):
            yield f"{subscriber} took {memory.order.get(subject, [])} of {subject}, owed were {owed.get(subject, [])}"
    if memory.repairs:
        yield f"{subscriber} was repaired {memory.repairs} times although it showed what it was told"
