"""Locks, ports and jars: what keeps two runs from fighting and a strange jar from running."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import kafka_jars, lock, ports
from deploy.local.errors import LocalError

HOLD = """
import sys
from pathlib import Path
from deploy.local import lock
with lock.hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_held_folder_says_who_holds_it_and_is_free_after(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LocalError, match=rf"^{tmp_path} is in use by process {holder.pid} .* since "):
        lock.take(tmp_path, wait_s=0)
    holder.communicate("")
    with lock.hold(tmp_path, wait_s=0):
        pass


def test_the_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
    with lock.hold(tmp_path, wait_s=0):
        pass


def test_ports_stay_the_same_and_differ_from_one_another(tmp_path: Path) -> None:
    first = ports.remembered(tmp_path, names=("client", "controller"))
    again = ports.remembered(tmp_path, names=("client", "controller", "third"))
    assert {name: again[name] for name in first} == first
    assert len(set(again.values())) == 3


def test_a_taken_port_is_refused_with_the_way_out(tmp_path: Path) -> None:
    port = ports.remembered(tmp_path, names=("client",))["client"]
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(LocalError, match=rf"port {port}.*delete .*ports\.json"):
            ports.require_free(port, folder=tmp_path)
    ports.require_free(port, folder=tmp_path)


def test_a_jar_that_is_not_the_locked_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = kafka_jars.fetch()
    folder = tmp_path / "kafka"
    folder.mkdir()
    for jar in good:
        (folder / jar.name).symlink_to(jar)
    monkeypatch.setenv("KHOP_CACHE", str(tmp_path))
    assert [jar.name for jar in kafka_jars.fetch()] == [jar.name for jar in good]
    (folder / good[0].name).unlink()
    (folder / good[0].name).write_bytes(good[0].read_bytes() + b"\0")
    with pytest.raises(LocalError, match=rf"{good[0].name}: its SHA-256 is [0-9a-f]{{64}}, but kafka\.lock wants"):
        kafka_jars.fetch()
