"""Copies of the real data as a careless system would hand it over: everything twice, nothing in its place."""

from __future__ import annotations

import gzip
import random
from copy import deepcopy
from pathlib import Path

from lxml import etree

XES = "{http://www.xes-standard.org/}"


def shuffled_tables(data: Path, folder: Path, draw: random.Random) -> list[Path]:
    """Both tables with each line twice in a random order, and the table of steps before that of dossiers."""
    files = []
    for name in ("events.csv.gz", "cases.csv.gz"):
        header, *lines = gzip.decompress((data / name).read_bytes()).decode().splitlines(keepends=True)
        assert lines[-1].endswith("\n")
        lines *= 2
        draw.shuffle(lines)
        files.append(folder / name)
        files[-1].write_bytes(gzip.compress("".join((header, *lines)).encode()))
    return files


def shuffled_log(data: Path, folder: Path, draw: random.Random) -> list[Path]:
    """The log with each trace twice in a random order, and each step twice in a random order in each of them."""
    log = etree.fromstring(gzip.decompress((data / "receipt.xes.gz").read_bytes()))
    traces = log.findall(f"{XES}trace")
    for trace in traces:
        log.remove(trace)
        events = trace.findall(f"{XES}event")
        for event in events:
            trace.remove(event)
        events += [deepcopy(event) for event in events]
        draw.shuffle(events)
        trace.extend(events)
    traces += [deepcopy(trace) for trace in traces]
    draw.shuffle(traces)
    log.extend(traces)
    file = folder / "receipt.xes.gz"
    file.write_bytes(gzip.compress(etree.tostring(log, xml_declaration=True, encoding="UTF-8")))
    return [file]
