"""A code that the other side gave in its answer goes through the front door, as that system's own claim."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from contracts.observations import encode_observation, make_observation
from contracts.topics import OBSERVATIONS
from services.deliverer.letters import Letter
from services.messaging.port import Publisher, Record


class Links:
    """Publishes each code once; the bounded memory only saves repetitions, which would be duplicates of one fact."""

    def __init__(self, publisher: Publisher, *, remembered_max: int = 50_000) -> None:
        self._publisher = publisher
        self._remembered_max = remembered_max
        self._said: OrderedDict[tuple[str, str, str, str], None] = OrderedDict()

    async def publish(self, tenant: str, system: str, given: Sequence[tuple[Letter, str]]) -> None:
        """Say that `system` calls these letters' dossiers so. Raises BrokerUnavailable."""
        new = {
            (tenant, system, letter.subject, code): letter
            for letter, code in given
            if code not in letter.codes.get(system, ()) and (tenant, system, letter.subject, code) not in self._said
        }
        records = [
            record for (_, _, _, code), letter in new.items() if (record := _record(tenant, system, code, letter))
        ]
        if records:
            await self._publisher.publish(OBSERVATIONS.name, records)
        for key in new:
            self._said[key] = None
            if len(self._said) > self._remembered_max:
                self._said.popitem(last=False)


def _record(tenant: str, system: str, code: str, letter: Letter) -> Record | None:
    others = [(other, codes[0]) for other, codes in letter.codes.items() if codes and other != system]
    if not others:
        return None
    other_system, other_code = min(others)
    observation = make_observation(
        tenant=tenant,
        system=system,
        code=code,
        act="linked",
        # The recorded time of what was delivered, not the time of the answer: said again after a crash it is the
        # same fact, under the same id.
        occurred_at=letter.recorded_at,
        observed_at=letter.recorded_at,
        data={"system": other_system, "code": other_code},
    )
    return Record(key=f"{system}/{code}".encode(), value=encode_observation(observation), tenant=tenant)
