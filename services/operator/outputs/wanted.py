"""Which files `khop report` is to write, judged before anything is counted, and written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.domain.statistics.publish import BELOW
from services.operator.errors import WrongUsage

STANDARD_OUTPUT: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Paths by kind of file, `-` for standard output; `publish_below` None: as it is counted, not for publication."""

    csv: str | None = None
    xlsx: str | None = None
    html: str | None = None
    publish_below: int | None = None
    office: str | None = None
    """Đơn vị báo cáo, as the form names it."""

    @property
    def paths(self) -> Mapping[str, str]:
        """Kind → path, of those that are wanted."""
        every = {"csv": self.csv, "xlsx": self.xlsx, "html": self.html}
        return {kind: path for kind, path in every.items() if path is not None}

    @property
    def on_standard_output(self) -> bool:
        """Whether nothing else may be printed there."""
        return STANDARD_OUTPUT in self.paths.values()


def wanted(
    *,
    csv: str | None,
    xlsx: str | None,
    html: str | None,
    office: str | None,
    publish: bool,
    publish_below: int | None,
    force: bool,
    as_json: bool,
    by: tuple[str, ...],
) -> Wanted:
    """The files asked for. Raises WrongUsage: for a path that cannot be written, or a file that is there already."""
    if publish_below is not None and not publish:
        raise WrongUsage("--publish-below says how small is small; it goes with --publish")
    if office is not None and xlsx is None and html is None:
        raise WrongUsage("--office is printed on the form; it goes with --xlsx or --html")
    if publish and "month" in by:
        raise WrongUsage(
            "--publish does not go with --by month: what is carried over into a month tells what was in hand before it"
        )
    if publish_below is not None and publish_below < 2:
        raise WrongUsage(f"--publish-below {publish_below}: figures from 1 up to below a bound of 2 or more are small")
    below = (BELOW if publish_below is None else publish_below) if publish else None
    asked = Wanted(csv=csv, xlsx=xlsx, html=html, office=office, publish_below=below)
    paths = list(asked.paths.values())
    if paths.count(STANDARD_OUTPUT) + as_json > 1:
        raise WrongUsage("only one of --json, --csv -, --xlsx - and --html - can be on standard output")
    for kind, path in asked.paths.items():
        if path != STANDARD_OUTPUT:
            try:
                _judge(kind, Path(path), force=force)
            except OSError as error:
                raise WrongUsage(f"--{kind} {path}: cannot be written: {error.strerror}") from None
    # Unlike `resolve`, it does not fail on links that lead in a circle.
    if len({os.path.realpath(path) for path in paths}) < len(paths):
        raise WrongUsage(f"two files have the same name: {', '.join(paths)}")
    return asked


def _judge(kind: str, path: Path, *, force: bool) -> None:
    if path.is_symlink() and not path.exists():
        path = Path(os.path.realpath(path))
        if path.is_symlink():
            raise WrongUsage(f"--{kind} {path.name}: cannot be written: it leads in a circle")
    if path.is_dir() or not path.name:
        raise WrongUsage(f"--{kind} {path}: that is a folder; name a file in it, such as {path / f'report.{kind}'}")
    if not path.absolute().parent.is_dir():
        raise WrongUsage(f"--{kind} {path}: there is no folder {path.parent}; make it first")
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise WrongUsage(f"--{kind} {path}: nothing can be written into {path.absolute().parent}; name another folder")
    if path.exists() and not path.is_file():
        # What replaces a device or a pipe would stand in its place for every program of the machine.
        raise WrongUsage(f"--{kind} {path}: that is no file; name one, or write - for standard output")
    if path.exists() and not force:
        raise WrongUsage(f"--{kind} {path}: there is a file of this name; write --force to replace it")


def write(contents: Mapping[str, bytes], *, quiet: bool = False) -> None:
    """Write each file (path → content) beside its place, put it there when it is whole, and say so unless `quiet`.

    Raises WrongUsage.
    """
    for path, content in contents.items():
        if path == STANDARD_OUTPUT:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            continue
        try:
            # Through a link, so that it goes on leading to what it led to.
            _replace(Path(os.path.realpath(path)), content)
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}") from None
        if not quiet:
            print(f"Đã ghi · written: {path}", file=sys.stderr)


def _replace(path: Path, content: bytes) -> None:
    number, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            # A temporary file is its owner's alone; the finished one is as readable as any that is written here.
            mask = os.umask(0)
            os.umask(mask)
            os.fchmod(number, 0o666 & ~mask)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
