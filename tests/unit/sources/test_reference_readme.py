"""The file that the README shows is one that is taken."""

from __future__ import annotations

import re
from pathlib import Path

import services.sources
from services.domain.dossier import fact_of_observation
from services.domain.reference import reference_of
from services.sources.reference.read import read_reference
from services.sources.row import Said, Unsaid
from tests.unit.sources.test_reference_files import SPEAKER


def test_the_readme_s_file_is_taken(tmp_path: Path) -> None:
    page = (Path(services.sources.__path__[0]) / "README.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```toml\n(\[\[agency\]\].*?)```", page, flags=re.DOTALL)
    path = tmp_path / "shown.toml"
    path.write_text(shown, encoding="utf-8")
    stated = read_reference([path], SPEAKER)
    facts = [fact_of_observation(one.observation) for one in stated if isinstance(one, Said)]
    assert [fact.act for fact in facts] == [
        "agency_declared",
        "agency_succeeded",
        "procedure_declared",
        "figures_submitted",
    ]
    assert [one.code for one in stated if isinstance(one, Unsaid)] == ["9.000999"]
    # Its successor and parent stand in no part of the page, and are the only things it lacks.
    assert [one.wanted for one in reference_of(facts).findings] == ["H99", "H99"]
