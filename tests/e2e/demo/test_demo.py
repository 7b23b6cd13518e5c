"""The demonstration runs end to end on servers of its own, and its exit code says whether all agree with the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FIGURES = {"received_online", "received_direct", "resolved_on_time", "resolved_late", "in_hand"}
PORTALS = {"portal", "national", "ioc"}


def play(repo_root: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.local.demo", "--home", str(home), *arguments],
        cwd=repo_root,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.mark.parametrize(
    ("profile", "scale", "received", "resolved", "on_time"),
    [("langson-2024-h1", 400, 430, 428, 423), ("langson-2020", 100, 196, 158, 152)],
)
def test_all_agree_and_equal_the_truth(
    repo_root: Path, tmp_path: Path, profile: str, scale: int, received: int, resolved: int, on_time: int
) -> None:
    played = play(repo_root, tmp_path, "--profile", profile, "--scale", str(scale))
    assert played.returncode == 0, played.stdout + played.stderr
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["profile"], summary["scale"], summary["seed"], summary["equal"]) == (profile, scale, 1, True)
    khop = summary["khop"]
    assert khop["received_online"] + khop["received_direct"] == received
    assert khop["resolved_on_time"] + khop["resolved_late"] == resolved
    assert khop["resolved_on_time"] == on_time
    assert set(summary["after"]) == set(summary["before"]) == PORTALS
    for figures in summary["after"].values():
        assert figures == {name: khop[name] for name in FIGURES}
    assert any(figures != {name: khop[name] for name in FIGURES} for figures in summary["before"].values())
    assert summary["wrong_before"] > 0
    assert summary["wrong_after"] == 0
    assert summary["events"] > summary["dossiers"]
    for words in ("Sự thật · truth", "Trước · before", "Sau · after", "khop why H99.", "all agree and equal the truth"):
        assert words in played.stdout


def test_a_folder_in_use_is_refused_in_one_sentence(repo_root: Path, tmp_path: Path) -> None:
    from deploy.local import lock

    with lock.hold(tmp_path):
        refused = play(repo_root, tmp_path, "--scale", "400")
    assert refused.returncode == 1
    assert "is in use by" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("scale", ["0", "-1", "x", "1.5"])
def test_a_scale_that_is_none_is_wrong_usage(repo_root: Path, tmp_path: Path, scale: str) -> None:
    refused = play(repo_root, tmp_path, f"--scale={scale}")
    assert refused.returncode == 2
    assert f"'{scale}' is not a whole number from 1 on" in refused.stderr
