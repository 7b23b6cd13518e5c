"""Which definitions there are: each file in `definitions` holds one, and none is listed anywhere else."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Mapping
from functools import lru_cache

from services.domain.statistics import definitions
from services.domain.statistics.definition import Definition


class UnknownDefinition(LookupError):
    """No definition has this name; its text names the nearest ones."""


@lru_cache(maxsize=1)
def all_definitions() -> Mapping[str, tuple[Definition, ...]]:
    """Name → its versions, the newest last."""
    found: dict[str, list[Definition]] = {}
    for module in pkgutil.iter_modules(definitions.__path__, f"{definitions.__name__}."):
        definition: Definition = importlib.import_module(module.name).DEFINITION
        found.setdefault(definition.name, []).append(definition)
    return {name: tuple(sorted(found[name], key=lambda one: one.version)) for name in sorted(found)}


def find(name: str, *, version: int | None = None) -> Definition:
    """The newest definition of a name, or the version asked for; case and punctuation do not matter.

    Raises UnknownDefinition.
    """
    known = all_definitions()
    versions = next((each for one, each in known.items() if _plain(one) == _plain(name)), None)
    if versions is None:
        near = difflib.get_close_matches(_plain(name), [_plain(one) for one in known], n=3, cutoff=0.5)
        nearest = [one for one in known if _plain(one) in near]
        raise UnknownDefinition(f"{name!r} is no definition; " + _offer(nearest or list(known), nearest=bool(nearest)))
    if version is None:
        return versions[-1]
    for one in versions:
        if one.version == version:
            return one
    raise UnknownDefinition(
        f"{versions[0].name} has no version {version}; it has {', '.join(str(one.version) for one in versions)}"
    )


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())


def _offer(names: list[str], *, nearest: bool) -> str:
    return ("did you mean " if nearest else "there are ") + ", ".join(names) + ("?" if nearest else "")
