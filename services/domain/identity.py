"""Which codes are one dossier: the connected components of codes under what systems and operators said of them (D6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, cast
from uuid import UUID, uuid5

from contracts.claims import ACTS, Linked, Recoded, Retracted, Unlinked
from contracts.observations import NAMESPACE
from services.domain.dossier import CodeKey, Fact
from services.domain.versions import Order, holding, order_of

OPERATOR: Final = "operator"
"""The one reserved system name: what a person decided through our own tools. It needs no connection."""

IDENTITY_ACTS: Final = frozenset(act for act, (_, scope) in ACTS.items() if scope == "identity")


def is_about_identity(fact: Fact) -> bool:
    """Whether a fact bears on which codes are one dossier, and so on nothing about how the dossier stands."""
    act = fact.act
    return act in IDENTITY_ACTS or (act == "retracted" and cast(Retracted, fact.claim).act in IDENTITY_ACTS)


def other_end(fact: Fact) -> CodeKey | None:
    """The code that a link, unlink or recoding names beside its own; None for any other fact."""
    act, claim = fact.act, fact.claim
    if act in ("linked", "unlinked"):
        said = cast(Linked | Unlinked, claim)
        return (said.system, said.code)
    return (fact.system, cast(Recoded, claim).new_code) if act == "recoded" else None


def ends_named(facts: Iterable[Fact]) -> Iterator[CodeKey]:
    """Both codes of every link, unlink and recoding among the facts."""
    for fact in facts:
        if fact.act in IDENTITY_ACTS:
            end = other_end(fact)
            assert end is not None
            yield fact.key
            yield end


def components(codes: Iterable[CodeKey], facts: Iterable[Fact]) -> list[frozenset[CodeKey]]:
    """The dossiers that these codes are, by what these facts say of their links; the one with the least code first.

    Two codes are one where any system's latest word on the pair says so. An operator's word names one of the two as
    (system, code) and the other by its code alone; an operator's unlink beats every system until an operator relinks.
    """
    parent: dict[CodeKey, CodeKey] = {code: code for code in codes}

    def root(code: CodeKey) -> CodeKey:
        while (above := parent.setdefault(code, code)) != code:
            parent[code] = code = parent[above]
        return code

    for one, other in _edges(facts):
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    parts: dict[CodeKey, set[CodeKey]] = {}
    for code in list(parent):
        parts.setdefault(root(code), set()).add(code)
    return sorted((frozenset(part) for part in parts.values()), key=min)


def _edges(facts: Iterable[Fact]) -> Iterator[tuple[CodeKey, CodeKey]]:
    words, _ = holding([fact for fact in facts if is_about_identity(fact)])
    words.sort(key=order_of)
    linked: dict[tuple[CodeKey, CodeKey], dict[str, bool]] = {}
    by_operator: dict[tuple[str, CodeKey], tuple[Order, bool]] = {}
    for word in words:
        end = other_end(word)
        if end is None or end == word.key:
            continue
        says = word.act != "unlinked"
        low, high = sorted((word.key, end))
        linked.setdefault((low, high), {})[word.system] = says
        if word.system == OPERATOR:
            by_operator[(word.code, end)] = (order_of(word), says)
    for (one, other), said in linked.items():
        if any(said.values()) and not _cut(one, other, by_operator):
            yield one, other


def _cut(one: CodeKey, other: CodeKey, by_operator: dict[tuple[str, CodeKey], tuple[Order, bool]]) -> bool:
    said = [word for word in (by_operator.get((one[1], other)), by_operator.get((other[1], one))) if word is not None]
    return bool(said) and not max(said)[1]


def dossier_id(tenant: str, code: CodeKey) -> UUID:
    """The id of the dossier that a code makes when it is heard of for the first time."""
    return uuid5(NAMESPACE, f"{tenant}/{code[0]}/{code[1]}")


def parted_id(cause: UUID, least: CodeKey) -> UUID:
    """The id of a dossier that leaves another, by the fact that parts them and the least code that leaves."""
    return uuid5(NAMESPACE, f"split/{cause}/{least[0]}/{least[1]}")


def announcement_id(cause: UUID, dossier: UUID, act: str) -> UUID:
    """The id of what we announce about a dossier because of a fact."""
    return uuid5(NAMESPACE, f"{cause}/{dossier}/{act}")
