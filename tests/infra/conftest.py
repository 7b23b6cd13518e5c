"""A place of its own for everything that `make up` keeps."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.running import run


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that is not there yet, of a short name: a socket's path has 107 letters at most."""
    with tempfile.TemporaryDirectory(prefix="khop-") as folder:
        home = Path(folder) / "home"
        yield home
        run("down", home=home)
        run("clean", home=home)
