"""What is known of a dossier from its start though said later: its place, its channel, who dates its submission.

Looking ahead over all facts is what makes the result independent of their order; `foresaw` tells when one fact more
would have changed nothing, so that `extend` need not look again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from contracts.claims import Claim, StatusReported
from contracts.codes import Channel, SystemKind
from services.domain.authority import CHANNEL_SAID_BY, PLACE_SAID_BY, Epoch, submission_kinds
from services.domain.course import Course
from services.domain.dossier import Fact
from services.domain.transitions import REGISTERED


def look_ahead(course: Course, facts: Sequence[Fact]) -> None:
    """Look ahead once: what the best-ranked kind says of a dossier's place and channel is known from its start."""
    said_submission: set[SystemKind] = set()
    last_channel: Channel | None = None
    for fact in facts:
        claim = cast(Claim, fact.claim)
        if course.agency_said is None:
            course.agency_said = claim.agency
        kind = course.connections.at(fact.occurred_at).kinds.get(fact.system)
        if kind is None:
            continue
        if says_submission(fact):
            said_submission.add(kind)
        rank = CHANNEL_SAID_BY.get(kind)
        if claim.channel is not None and rank is not None:
            if course.channel_rank is None or rank < course.channel_rank:
                course.channel, course.channel_rank = claim.channel, rank
                course.rest("channel", fact.system)
            if rank == course.channel_rank:
                last_channel = claim.channel
        rank = PLACE_SAID_BY.get(kind)
        if rank is None:
            continue
        if claim.agency is not None and (course.agency_rank is None or rank < course.agency_rank):
            course.agency, course.agency_rank = claim.agency, rank
            course.rest("agency", fact.system)
        if claim.procedure is not None and (course.procedure_rank is None or rank < course.procedure_rank):
            course.procedure, course.procedure_rank = claim.procedure, rank
            course.rest("procedure", fact.system)
        if claim.receiving_agency is not None and (course.receiving_rank is None or rank < course.receiving_rank):
            course.receiving_agency, course.receiving_rank = claim.receiving_agency, rank
    for kind in submission_kinds(last_channel):
        if kind in said_submission:
            course.submission = kind
            break


def foresaw(course: Course, fact: Fact, epoch: Epoch) -> bool:
    """Whether looking ahead over this fact too, as the last, would have changed nothing that was prepared."""
    claim = cast(Claim, fact.claim)
    if claim.agency is not None and course.agency_said is None:
        return False
    kind = epoch.kinds.get(fact.system)
    if kind is None:
        return True
    if claim.channel is not None:
        rank = CHANNEL_SAID_BY.get(kind)
        if rank is not None and (
            course.channel_rank is None
            or rank < course.channel_rank
            or (rank == course.channel_rank and claim.channel != course.channel)
        ):
            return False
    if claim.agency is not None or claim.procedure is not None or claim.receiving_agency is not None:
        rank = PLACE_SAID_BY.get(kind)
        if rank is not None:
            if claim.agency is not None and (course.agency_rank is None or rank < course.agency_rank):
                return False
            if claim.procedure is not None and (course.procedure_rank is None or rank < course.procedure_rank):
                return False
            if claim.receiving_agency is not None and (course.receiving_rank is None or rank < course.receiving_rank):
                return False
    if says_submission(fact):
        kinds = submission_kinds(course.channel)
        if kind in kinds:
            return course.submission is not None and kinds.index(kind) >= kinds.index(course.submission)
    return True


def says_submission(fact: Fact) -> bool:
    """Whether a fact claims that the dossier was handed in: the act itself, or the status that follows it."""
    act = fact.act
    return act == "submitted" or (act == "status_reported" and cast(StatusReported, fact.claim).status is REGISTERED)
