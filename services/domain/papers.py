"""What became of a dossier's papers: files made, documents signed, fees paid, and how long an office waited for more.

A timeline of its own beside the segments, for few events say anything of it: a dossier of which nobody ever does has
no row and costs nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, cast

from contracts.claims import ComponentDigitised, DocumentSigned, PaymentConfirmed, ResultDigitised
from services.domain.dossier import Fact
from services.domain.timeline import go_on
from services.domain.versions import key_of

_SECOND: Final = timedelta(seconds=1)


class Papers(NamedTuple):
    """What holds of a dossier's papers from `occurred_from` until just before `occurred_to`. None: nobody said."""

    occurred_from: datetime
    occurred_to: datetime | None
    components_digitised: int | None = None
    """Different components that are there as files (thành phần hồ sơ được số hóa)."""
    components_reused: int | None = None
    """Those of them that came from an earlier dossier."""
    results_digitised: int | None = None
    documents_signed: int | None = None
    documents_signed_digitally: int | None = None
    paid_online: bool | None = None
    """Whether any payment went over the national portal or a local gateway (DuocThanhToanTrucTuyen 1 or 2)."""
    fee_zero: bool | None = None
    """Whether every payment was of nothing; None also where the amount of one was not said."""
    identity_verified: bool | None = None
    """True or never said: no source says that an account was not verified."""
    national_at: datetime | None = None
    """When the national portal first had a status for it: from then on it is synchronised, whoever sent it."""
    first_supplement_at: datetime | None = None
    """When papers were first asked for after the acceptance."""
    supplement_since: datetime | None = None
    """Since when papers are waited for; after an end that came meanwhile, since when they had been."""
    supplement_seconds: int | None = None
    """How long papers were waited for that came; None while none did."""


_Amount = Literal["none", "some", "unsaid"]


class PaperTrail(NamedTuple):
    """Everything said of the papers so far, and the timeline it comes to. Immutable; one for each dossier's course."""

    timeline: tuple[Papers, ...] = ()
    components: Mapping[Hashable, bool | None] = {}
    results: frozenset[Hashable] = frozenset()
    documents: Mapping[Hashable, bool] = {}
    paid_online: bool | None = None
    amounts: frozenset[_Amount] = frozenset()
    identity_verified: bool | None = None
    national_at: datetime | None = None
    first_supplement_at: datetime | None = None
    supplement_since: datetime | None = None
    waited: timedelta | None = None


NO_PAPERS: Final = PaperTrail()


def component_digitised(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """Số hóa thành phần hồ sơ: the same component twice is one; it is reused if any word on it says so."""
    claim = cast(ComponentDigitised, fact.claim)
    name = _name(claim.component, fact)
    said = (trail.components.get(name), claim.reused)
    reused = True if True in said else False if False in said else None
    return _told(trail, fact, components={**trail.components, name: reused})


def result_digitised(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """Số hóa kết quả."""
    claim = cast(ResultDigitised, fact.claim)
    return _told(trail, fact, results=trail.results | {_name(claim.result, fact)})


def document_signed(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """Ký: a document counts as signed digitally once any of its signatures is digital."""
    claim = cast(DocumentSigned, fact.claim)
    name = _name(claim.document, fact)
    digitally = trail.documents.get(name, False) or claim.digitally
    return _told(trail, fact, documents={**trail.documents, name: digitally})


def payment_confirmed(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """Đã thanh toán: one payment online makes the dossier one that was paid online."""
    claim = cast(PaymentConfirmed, fact.claim)
    online = trail.paid_online
    if claim.via is not None:
        online = online or claim.via != "counter"
    amount: _Amount = "unsaid" if claim.amount_vnd is None else "some" if claim.amount_vnd else "none"
    return _told(trail, fact, paid_online=online, amounts=trail.amounts | {amount})


def identity_verified(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """The applicant's account was verified."""
    return _told(trail, fact, identity_verified=True)


def at_national_portal(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """The national portal has a status for it."""
    return trail if trail.national_at is not None else _told(trail, fact, national_at=fact.occurred_at)


def supplement_requested(trail: PaperTrail, fact: Fact, *, answered: bool) -> PaperTrail:
    """Papers were asked for. `answered`: their reply is there already, dated before the request."""
    since = fact.occurred_at if trail.supplement_since is None and not answered else trail.supplement_since
    return _told(trail, fact, first_supplement_at=trail.first_supplement_at or fact.occurred_at, supplement_since=since)


def supplement_received(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """No papers are waited for any more: what passed since they first were is the citizen's time, counted once."""
    if trail.supplement_since is None:
        return trail
    waited = (trail.waited or timedelta()) + (fact.occurred_at - trail.supplement_since)
    return _told(trail, fact, supplement_since=None, waited=waited)


def reopened(trail: PaperTrail, fact: Fact) -> PaperTrail:
    """Nothing that was asked for before an end is waited for after it was left again."""
    return trail if trail.supplement_since is None else _told(trail, fact, supplement_since=None)


def _name(named: str | None, fact: Fact) -> Hashable:
    # A catalogue's code means the same to every system, a source's own item only to itself.
    if named is not None:
        return named
    return key_of(fact) if fact.item is None else (fact.system, fact.code, fact.item)


def _told(trail: PaperTrail, fact: Fact, **more: Any) -> PaperTrail:
    after = trail._replace(**more)
    return after._replace(timeline=go_on(trail.timeline, _now(after, fact.occurred_at)))


def _now(trail: PaperTrail, since: datetime) -> Papers:
    components, documents, amounts = trail.components, trail.documents, trail.amounts
    return Papers(
        since,
        None,
        len(components) if components else None,
        sum(one is True for one in components.values()) if set(components.values()) - {None} else None,
        len(trail.results) or None,
        len(documents) or None,
        sum(documents.values()) if documents else None,
        trail.paid_online,
        False if "some" in amounts else True if amounts == {"none"} else None,
        trail.identity_verified,
        trail.national_at,
        trail.first_supplement_at,
        trail.supplement_since,
        None if trail.waited is None else trail.waited // _SECOND,
    )
