"""Path = import = process: the table of what is started, the folders and the database's roles name the same things."""

from pathlib import Path

from deploy.local.processes import PROCESSES
from deploy.postgres.migrate import ROLES

NOT_KEPT_RUNNING = {"operator", "sandbox"}  # a command, and stand-ins for the demo


def test_every_folder_with_a_main_is_a_process_of_the_table(repo_root: Path) -> None:
    mains = {main.parent.name for main in (repo_root / "services").glob("*/__main__.py")}
    assert mains - NOT_KEPT_RUNNING == {process.name for process in PROCESSES}


def test_every_process_has_a_role_of_its_own(repo_root: Path) -> None:
    assert {process.role for process in PROCESSES} | {"khop_operator"} == set(ROLES)
    assert len({process.role for process in PROCESSES}) == len(PROCESSES)
