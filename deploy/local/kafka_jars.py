"""The broker's jars, fetched once by name and believed only when their checked-in SHA-256 sums agree."""

import hashlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local import paths
from deploy.local.errors import LocalError

WANTED = ("org.apache.kafka:kafka_2.13:4.2.0", "org.slf4j:slf4j-simple:1.7.36")
LOCK = Path(__file__).with_name("kafka.lock")


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: its Maven coordinates and the SHA-256 of its bytes."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def fetch() -> list[Path]:
    """The jars of the class path, downloaded if need be, every one verified.

    Raises:
        LocalError: a download failed, or a jar is not the one that was locked.
    """
    folder = paths.cache() / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    jars = locked()
    missing = [jar for jar in jars if not (folder / jar.file_name).exists()]
    if missing:
        _download(missing, folder=folder)
    for jar in jars:
        _verify(folder / jar.file_name, jar=jar)
    return [folder / jar.file_name for jar in jars]


def locked() -> list[Jar]:
    """The lock file's jars, in class-path order."""
    jars = []
    for line in LOCK.read_text().splitlines():
        if line and not line.startswith("#"):
            sha256, coordinate = line.split()
            group, artifact, version = coordinate.split(":")
            jars.append(Jar(group, artifact, version, sha256))
    return jars


def _verify(file: Path, *, jar: Jar) -> None:
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != jar.sha256:
        raise LocalError(
            f"{file}: its SHA-256 is {found}, but {LOCK.name} wants {jar.sha256}; "
            "it is not the jar that was locked and will not be run. Delete it to download it again"
        )


def _download(jars: list[Jar], *, folder: Path) -> None:
    from jgo.maven import MavenContext, PythonResolver

    # A download that is cut off leaves a half file, so it happens elsewhere and only whole, verified files move in.
    with tempfile.TemporaryDirectory(dir=folder) as half, _progress() as progress:
        context = MavenContext(resolver=PythonResolver(), repo_cache=Path(half), timeout=60)
        bar = progress.add_task("Kafka: tải về · download", total=len(jars))

        def one(jar: Jar) -> None:
            try:
                component = context.project(jar.group, jar.artifact).at_version(jar.version)
                got = Path(component.artifact(classifier="", packaging="jar").resolve())
            except (OSError, RuntimeError) as error:
                raise LocalError(
                    f"{jar.group}:{jar.artifact}:{jar.version} could not be downloaded: {error}"
                ) from error
            _verify(got, jar=jar)
            got.replace(folder / jar.file_name)
            progress.advance(bar)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, jars))


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        disable=not sys.stderr.isatty(),
    )


def write_lock() -> None:
    """Resolve the wanted jars with all their dependencies and write the lock anew (a developer's command)."""
    from jgo.maven import MavenContext, PythonResolver

    with tempfile.TemporaryDirectory() as repository:
        context = MavenContext(resolver=PythonResolver(), repo_cache=Path(repository), timeout=60)
        wanted, needed = context.resolver.resolve([context.create_dependency(name) for name in WANTED])
        lines = []
        for dependency in [*wanted, *(d for d in needed if d.scope in {"compile", "runtime"})]:
            sha256 = hashlib.sha256(Path(dependency.artifact.resolve()).read_bytes()).hexdigest()
            lines.append(f"{sha256}  {dependency.groupId}:{dependency.artifactId}:{dependency.version}")
    head = "# The broker's class path: SHA-256, coordinates. Made by `make lock`; jars that differ are refused.\n"
    LOCK.write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    write_lock()
