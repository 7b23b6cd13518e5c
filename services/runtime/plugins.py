"""A file is its own registration: everything in a package that has the expected attribute is a plug-in."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def modules(package: ModuleType, *, attribute: str) -> dict[str, ModuleType]:
    """The package's own modules that define `attribute`, by file name, in order of name.

    A file that starts with an underscore, and one without the attribute (shared by its neighbours), is no plug-in.
    """
    found = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, attribute):
            found[info.name] = module
    return found
