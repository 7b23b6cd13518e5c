"""The agency dimension of a tenant: who a code was on a day (as was), and who stands in its place now (as is)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from services.domain.agencies.agency import Agency, NotKnown, Succeeded
from services.domain.validity import Finding, Validities

Place = tuple[str, date]
"""(code, valid_from) of an agency: a code that is used again later is another agency."""


class Agencies:
    """Every agency that was ever declared. Immutable; `findings` must be empty before an official figure rests on it.

    Each answer is found in logarithmic time, and remembered where a chain of successions had to be followed.
    """

    __slots__ = ("_followed", "declared", "findings", "successions")

    def __init__(
        self, declared: Validities[Agency], successions: Mapping[Place, Succeeded], findings: Iterable[Finding] = ()
    ) -> None:
        self.declared = declared
        self.findings = tuple(findings)
        """What contradicts itself in what was declared."""
        self.successions = successions
        """Each agency that was succeeded, and how."""
        self._followed: dict[tuple[Place, date], Agency | NotKnown] = {}

    def as_was(self, code: str | None, on: date) -> Agency | NotKnown:
        """The agency of this code in force on the day of an act, such as an acceptance, an end or a period's last day.

        An agency that had ended by then cannot have done it: the candidates are those that succeeded it.
        """
        begun = self._begun(code, on)
        if isinstance(begun, NotKnown) or begun.valid_to is None or on < begun.valid_to:
            return begun
        return NotKnown("ended", self._candidates(begun, on))

    def as_is(self, code: str | None, *, said_on: date, report_on: date) -> Agency | NotKnown:
        """The agency that, on the day of the report, stands in the place of the one this code meant when it was said.

        Follows what was merged, renamed or moved to another level. A split says of no dossier where it went: one that
        was reassigned carries its new code already, any other is not known.
        """
        begun = self._begun(code, min(said_on, report_on))
        return begun if isinstance(begun, NotKnown) else self._follow(begun, report_on)

    def _begun(self, code: str | None, on: date) -> Agency | NotKnown:
        if code is None:
            return NotKnown("absent")
        found = self.declared.begun(code, on)
        if found is not None:
            return found
        return NotKnown("not_yet" if code in self.declared.by_code else "undeclared")

    def _follow(self, agency: Agency, report_on: date) -> Agency | NotKnown:
        asked = ((agency.code, agency.valid_from), report_on)
        answer = self._followed.get(asked)
        if answer is None:
            answer = self._followed[asked] = self._walk(agency, report_on)
        return answer

    def _walk(self, agency: Agency, report_on: date) -> Agency | NotKnown:
        passed: set[Place] = set()
        while agency.valid_to is not None and agency.valid_to <= report_on:
            place = (agency.code, agency.valid_from)
            succession = self.successions.get(place)
            if succession is not None and succession.kind == "split_into":
                return NotKnown("split", self._candidates(agency, report_on))
            to = agency.code if succession is None else succession.to[0]
            following = self.declared.at(to, agency.valid_to)
            if following is None or place in passed:
                # Without a succession it is simply over; with one, the successor was not there to take over.
                return (
                    NotKnown("ended") if succession is None else NotKnown("contradicted", tuple(sorted(succession.to)))
                )
            passed.add(place)
            agency = following
        return agency

    def _candidates(self, agency: Agency, on: date) -> tuple[str, ...]:
        """Who may have the work of an agency that has ended: its successors or theirs, as far as they are in force."""
        found: set[str] = set()
        passed: set[Place] = set()
        waiting = [agency]
        while waiting:
            one = waiting.pop()
            if (one.code, one.valid_from) in passed:
                continue
            passed.add((one.code, one.valid_from))
            if one.valid_to is None or on < one.valid_to:
                found.add(one.code)
                continue
            succession = self.successions.get((one.code, one.valid_from))
            for to in (one.code,) if succession is None else succession.to:
                following = self.declared.at(to, one.valid_to)
                if following is not None:
                    waiting.append(following)
        return tuple(sorted(found))
