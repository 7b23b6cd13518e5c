"""Where the system that `make up` keeps lies: one description for the commands that start, stop and remove it."""

from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka, paths, ports, postgres
from deploy.local.processes import PROCESSES

DATABASE = "khop"


@dataclass(frozen=True, slots=True)
class Standing:
    """The folders and addresses of the system kept in the background."""

    home: Path = paths.HOME

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def env_file(self) -> Path:
        return self.home / "env"

    @property
    def broker(self) -> kafka.Broker:
        return kafka.at(self.data / "kafka")

    @property
    def server(self) -> postgres.Server:
        return postgres.at(self.data / "postgres")

    def dsn_as(self, role: str) -> str:
        return self.server.dsn(database=DATABASE, user=role)

    def port(self, name: str) -> int:
        """The health and HTTP port of a process, the same after every start."""
        names = tuple(process.name for process in PROCESSES)
        return ports.remembered(self.data / "processes", names=names)[name]

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port(name)}"
