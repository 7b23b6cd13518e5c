"""One dossier's course through the procedure: the machine that takes acts in order and keeps what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.domain.dossier import Judgement


class Course:
    """Where a dossier stands after the acts taken so far."""

    rests_on: Mapping[str, str]
    returned_at: datetime | None

    def judgements(self) -> tuple[Judgement, ...]:
        """What is remarkable about the acts taken."""
        raise NotImplementedError
