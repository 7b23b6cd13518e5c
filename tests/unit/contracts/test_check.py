"""Whoever breaks what is already written is told so in one sentence, and the check ends in failure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from contracts import check
from contracts.published import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the published documents, which the check looks at instead."""
    for part in ("schemas", "examples"):
        shutil.copytree(ROOT / part, tmp_path / part)
        monkeypatch.setattr(check, part.upper(), tmp_path / part)
    shutil.copy(ROOT / "asyncapi.yaml", tmp_path)
    monkeypatch.setattr(check, "ROOT", tmp_path)
    return tmp_path


def write(file: Path, **changed: Any) -> None:
    """The document with some fields changed."""
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changed), encoding="utf-8")


def test_documents_that_are_current_end_in_success(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.is_dir()
    assert check.main() == 0
    assert "compatible, and their documents are current" in capsys.readouterr().out


@pytest.mark.parametrize("stem", ["observation.accepted.v1", "finding.v1", "statistics.agency-month.v1"])
def test_an_example_that_is_read_no_more(stem: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / f"examples/{stem}.json", of_old="x")
    assert check.main() == 1
    [said] = capsys.readouterr().out.splitlines()
    assert said.startswith(f"{stem}.json: an old example is read no more: ")
    assert "of_old: Extra inputs are not permitted; add an upcast" in said


@pytest.mark.parametrize(
    ("stem", "changed", "lost"),
    [
        ("dossier.accepted.v1", {"of_old": "x"}, "/of_old"),
        ("dossier.accepted.v1", {"actid": None}, "/actid"),
        ("observation.accepted.v1", {"item": None}, "/item"),
        ("observation.accepted.v1", {"sequence": "7"}, "/sequence"),
        ("finding.v1", {"position": "7"}, "/position"),
    ],
)
def test_what_is_read_but_comes_back_otherwise(
    stem: str, changed: dict[str, Any], lost: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder / f"examples/{stem}.json", **changed)
    assert check.main() == 1
    assert capsys.readouterr().out == f"{stem}.json: {lost} is read but lost; keep the field\n"


def test_a_schema_whose_contract_is_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(folder / "schemas/finding.v1.json", folder / "schemas/observation.abandoned.v1.json")
    assert check.main() == 1
    said = capsys.readouterr().out
    assert said == (
        "observation.abandoned.v1.json: the contract is gone; keep its class, others still send and store it\n"
    )


@pytest.mark.parametrize("stem", ["observation.accepted.v1", "finding.v1", "statistics.agency-month.v1"])
def test_a_schema_that_allowed_more(stem: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / f"schemas/{stem}.json"
    old = json.loads(file.read_text(encoding="utf-8"))
    write(file, properties=old["properties"] | {"note": {"type": "string"}})
    assert check.main() == 1
    assert f"{stem}.json: /note: the field is gone; keep it" in capsys.readouterr().out


@pytest.mark.parametrize("file", ["schemas/finding.v1.json", "examples/finding.v1.json", "asyncapi.yaml"])
def test_a_document_that_was_never_written(file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / file).unlink()
    assert check.main() == 1
    [said] = capsys.readouterr().out.splitlines()
    assert said.startswith(file)
    assert said.endswith("run `make schemas` and commit it")
