"""The real data; absent, every test that needs it says so and is skipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[4] / "shared" / "data" / "receipt"
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the real data."""
    if not DATA.is_dir():
        pytest.skip(f"the real data is not there: {DATA}")
    return DATA


@pytest.fixture(scope="session")
def truth(data: Path) -> dict[str, Any]:
    """The right answers, computed from the raw file by other code."""
    answers: dict[str, Any] = json.loads((data / "truth.json").read_text(encoding="utf-8"))
    return answers
