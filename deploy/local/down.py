"""`make down`: stops the background system in order, the processes draining first; its data stays."""

import sys

from rich.console import Console

from deploy.local import lock, supervisor
from deploy.local.errors import LocalError
from deploy.local.standing import Standing

_ANOTHER_COMMAND_WAIT_S = 180.0


def down(standing: Standing) -> bool:
    """Stop everything; False when nothing ran."""
    if not standing.run.exists():
        return False
    with lock.hold(standing.run, wait_s=_ANOTHER_COMMAND_WAIT_S):
        if not supervisor.answers(standing):
            return False
        with Console(stderr=True).status("Đang dừng · stopping…"):
            supervisor.stop_all(standing)
        return True


def main() -> int:
    try:
        ran = down(Standing())
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    print("Đã dừng, dữ liệu còn nguyên · stopped, data stays" if ran else "Không có gì đang chạy · nothing was running")
    return 0


if __name__ == "__main__":
    sys.exit(main())
