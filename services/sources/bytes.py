"""Gives a file's bytes and lines in bounded memory, gzipped or not; a cut-off file is told from one that ends."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, Final

CHUNK_BYTES: Final = 256 * 1024
LINE_BYTES_MAX: Final = 1024 * 1024
"""No row of a dossier is longer; a line that is longer is set aside without being held in memory."""
_GZIP: Final = b"\x1f\x8b"


class FileBroken(Exception):
    """The file cannot be read on from here; every row before was given."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end; `whole` is False where it was longer than allowed, and `data` is then its beginning."""

    number: int
    offset: int
    data: bytes
    whole: bool = True


def chunks(path: Path, told: Callable[[int], None]) -> Iterator[bytes]:
    """The file's bytes, unpacked when they are gzipped; `told` hears how many bytes of the file are read.

    Raises FileBroken after the last byte there is, when the file cannot be read or its gzip stream does not end.
    """
    try:
        with path.open("rb") as file:
            first = file.read(CHUNK_BYTES)
            rest = _counted(file, told)
            packed = first.startswith(_GZIP)
            yield from _unpacked(path, first, rest) if packed else _plain(first, rest)
    except OSError as error:
        raise FileBroken(f"{path}: cannot be read: {error.strerror}") from None


def lines(path: Path, told: Callable[[int], None]) -> Iterator[Line]:
    """The file's lines, ended by LF or CR LF.

    Raises FileBroken as `chunks` does; a last line that was cut off with the file is not given.
    """
    rest, number, offset, too_long = b"", 0, 0, False
    for chunk in chunks(path, told):
        parts = (rest + chunk).split(b"\n")
        rest = parts.pop()
        for part in parts:
            number += 1
            if too_long or len(part) > LINE_BYTES_MAX:
                yield Line(number, offset, part[:CHUNK_BYTES], whole=False)
                too_long = False
            else:
                yield Line(number, offset, part + b"\n")
            offset += len(part) + 1
        if len(rest) > LINE_BYTES_MAX:
            # Only its beginning is kept; where the next line starts is still known.
            too_long, offset, rest = True, offset + len(rest) - CHUNK_BYTES, rest[:CHUNK_BYTES]
    if rest:
        yield Line(number + 1, offset, rest, whole=not too_long)


def ends_its_last_line(path: Path) -> bool:
    """Whether a file of lines ends with a line's end; a gzipped one vouches for its own."""
    with path.open("rb") as file:
        if file.seek(0, SEEK_END) == 0:
            return True
        file.seek(0)
        if file.read(len(_GZIP)) == _GZIP:
            return True
        file.seek(-1, SEEK_END)
        return file.read(1) == b"\n"


def _counted(file: BinaryIO, told: Callable[[int], None]) -> Iterator[bytes]:
    told(file.tell())
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
        told(file.tell())


def _plain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _unpacked(path: Path, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=31)
    for packed in _plain(first, rest):
        left = packed
        while left:
            if unpack.eof:  # a gzip file may be several, one after the other
                unpack = zlib.decompressobj(wbits=31)
            try:
                data = unpack.decompress(left, CHUNK_BYTES)
            except zlib.error as error:
                raise FileBroken(f"{path}: the gzip stream is damaged ({error}); get the file again") from None
            left = unpack.unconsumed_tail or unpack.unused_data
            if data:
                yield data
    if not unpack.eof:
        raise FileBroken(f"{path}: the gzip stream is cut off; get the file again, the complete rows are taken")
