"""The example calendar that is shipped, as the engine gets it: from the file through a fact."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import services.sources.reference
from services.domain.dossier import fact_of_observation
from services.domain.reference import reference_of
from services.domain.working_time.declarations import CalendarDeclaration
from services.domain.working_time.declared import declaration_of
from services.sources.reference.judge import contradictions
from services.sources.reference.read import Speaker, read_reference
from services.sources.row import Said

EXAMPLE = Path(services.sources.reference.__path__[0]) / "examples" / "vn-2022-2024.toml"
SPEAKER = Speaker(tenant="lang-son", zone=ZoneInfo("Asia/Ho_Chi_Minh"), observed_at=datetime(2025, 8, 1, tzinfo=UTC))


def shipped_calendar() -> CalendarDeclaration:
    """What it declares; it is sound."""
    said = read_reference([EXAMPLE], SPEAKER)
    assert contradictions(said, []) == []
    reference = reference_of(fact_of_observation(one.observation) for one in said if isinstance(one, Said))
    [((name, _), claim)] = reference.calendars.items()
    return declaration_of(name, claim)
