"""`make clean`: removes what local runs left, except downloads; refuses while something still uses it."""

import shutil
import sys

from deploy.local import lock, paths, postgres
from deploy.local.errors import LocalError

_KEPT = {"cache", "lock-tool"}
_STILL_ENDING_S = 2.0


def clean() -> None:
    """Remove every local run's data, logs and settings."""
    if not paths.HOME.exists():
        return
    folders = [folder for folder in paths.HOME.iterdir() if folder.name not in _KEPT]
    for used in [found for folder in folders for found in folder.rglob("lock")]:
        with lock.hold(used.parent, wait_s=_STILL_ENDING_S):
            if used.parent.name == "postgres":
                postgres.remove(used.parent)
    for folder in folders:
        if folder.is_dir():
            shutil.rmtree(folder)
        else:
            folder.unlink()


def main() -> int:
    try:
        clean()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Đã xoá · removed: {paths.HOME} ({', '.join(sorted(_KEPT))} kept)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
