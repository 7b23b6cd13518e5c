"""Ports chosen once per data folder, so that clients find a restarted server where it was."""

import json
import random
import socket
import tempfile
from pathlib import Path

from deploy.local.errors import LocalError

# Below the range from which the kernel takes the ports of outgoing connections: a client that retries a closed port
# inside that range can connect to itself, and the server then finds its port taken.
_LOWEST, _HIGHEST = 15_000, 32_000


def remembered(folder: Path, *, names: tuple[str, ...]) -> dict[str, int]:
    """The folder's port for each name, chosen free at the first call and the same ever after."""
    file = folder / "ports.json"
    known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    missing = [name for name in names if name not in known]
    for name in missing:
        known[name] = _free(besides=set(known.values()))
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".new", delete=False) as fresh:
            fresh.write(json.dumps(known, indent=1) + "\n")
        Path(fresh.name).replace(file)
    return known


def require_free(port: int, *, folder: Path) -> None:
    """Refuse with a sentence when another program took the port meanwhile."""
    if not _is_free(port):
        raise LocalError(
            f"port {port}, which {folder} has used since its first start, is taken by another program; "
            f"stop that program, or delete {folder / 'ports.json'} to choose new ports"
        )


def _free(*, besides: set[int]) -> int:
    for candidate in random.sample(range(_LOWEST, _HIGHEST), 200):
        if candidate not in besides and _is_free(candidate):
            return candidate
    raise LocalError(f"200 ports tried between {_LOWEST} and {_HIGHEST} on 127.0.0.1, none of them is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
