"""What the README and `make help` promise exists."""

import re
import subprocess
from pathlib import Path

PROMISED = {"demo", "test", "check", "bench", "up", "down", "clean", "simulate", "chaos", "lock", "schemas"}


def _targets(repo_root: Path) -> set[str]:
    return set(re.findall(r"^([a-z]+):", (repo_root / "Makefile").read_text(), re.MULTILINE))


def test_make_help_names_exactly_the_targets_there_are(repo_root: Path) -> None:
    said = subprocess.run(["make", "help"], cwd=repo_root, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make (\w+)", said, re.MULTILINE)) == PROMISED
    assert _targets(repo_root) - {"help"} == PROMISED


def test_every_make_target_in_the_readme_exists(repo_root: Path) -> None:
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)", (repo_root / "README.md").read_text()))
    assert named
    assert named - _targets(repo_root) == set()


def test_the_tests_command_is_the_one_that_ci_calls(repo_root: Path) -> None:
    assert re.findall(r"^make (\w+)", (repo_root / ".ci/run").read_text(), re.MULTILINE) == ["check", "test"]
