"""What the systems of a province say about its truth, in order of arrival: late, twice, wrong at first."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.oracle.papers_told import papers_told, reports_told
from tests.oracle.province import DAY, Dossier, Province
from tests.oracle.voice import KINDS, Told, Voice


def told(made: Province) -> list[Told]:
    """All that is ever said of a province, in order of arrival."""
    rng = random.Random(made.seed + 1_000_000)
    voice = Voice(made, rng)
    said = [voice.connects(system, kind) for system, kind in KINDS.items()]
    said += voice.declares()
    said += reports_told(voice)
    for dossier in made.dossiers:
        said += _about(voice, dossier, rng)
    return sorted(said, key=lambda one: one.arrives)


def _about(voice: Voice, dossier: Dossier, rng: random.Random) -> list[Told]:
    said: list[Told] = []
    said += voice.links_of(dossier)
    speaker = voice.statuses if voice.made.speaks == "statuses" else voice.acts
    said += speaker(dossier)
    # Until the desk has spoken, a portal's opinion of the agency is all there is, and the truth has no row for that.
    heard = min(one.arrives for one in said if one.known is not None and one.known.act and one.known.act.agency)
    beside = [*voice.noise(dossier), *papers_told(voice, dossier)]
    said += [replace(one, arrives=max(one.arrives, heard + 1)) for one in beside]
    if "doubled" in dossier.habits:
        said += [replace(one, arrives=one.arrives + DAY) for one in said]
    elif rng.random() < 0.2:
        said.append(replace(rng.choice(said), arrives=said[-1].arrives + DAY))
    return said
