"""Fails when a contract was broken or its published documents are not those of the models.

`python -m contracts.check`
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from contracts.asyncapi import render
from contracts.compatibility import breaks
from contracts.dossier_events import DossierEvent, encode
from contracts.frozen import Frozen
from contracts.observations import parse_observation
from contracts.published import EXAMPLES, OTHERS, ROOT, SCHEMAS, documents, schema
from contracts.upcasting import parse_event


def incompatibilities() -> list[str]:
    """What today's models break of the schemas and examples that are checked in."""
    models = documents()
    found: list[str] = []
    for file in sorted(SCHEMAS.glob("*.json")):
        model = models.get(file.stem)
        if model is None:
            found.append(f"{file.name}: the contract is gone; keep its class, others still send and store it")
            continue
        old = json.loads(file.read_text(encoding="utf-8"))
        found += [f"{file.name}: {sentence}" for sentence in breaks(old, schema(model))]
    for file in sorted(EXAMPLES.glob("*.json")):
        written = json.loads(file.read_text(encoding="utf-8"))
        try:
            kept = _read(file.stem, to_json(written))
        except ValidationError as error:
            first = error.errors()[0]
            where = "/".join(map(str, first["loc"]))
            found.append(f"{file.name}: an old example is read no more: {where}: {first['msg']}; add an upcast")
            continue
        found += [f"{file.name}: {path} is read but lost; keep the field" for path in _lost(written, kept, "")]
    return found


def outdated() -> list[str]:
    """Which checked-in documents are not what the models give."""
    found = []
    for stem, model in documents().items():
        file = SCHEMAS / f"{stem}.json"
        if not file.exists() or json.loads(file.read_text(encoding="utf-8")) != schema(model):
            found.append(f"schemas/{stem}.json is not that of the model; run `make schemas` and commit it")
        if not (EXAMPLES / f"{stem}.json").exists():
            found.append(f"examples/{stem}.json is missing; run `make schemas` and commit it")
    page = ROOT / "asyncapi.yaml"
    if not page.exists() or page.read_text(encoding="utf-8") != render():
        found.append("asyncapi.yaml is not that of the contracts; run `make schemas` and commit it")
    return found


def _read(stem: str, raw: bytes) -> Any:
    if stem in OTHERS:
        _, model, _ = OTHERS[stem]
        return model.model_validate_json(raw).model_dump(mode="json")
    if stem.startswith("observation."):
        observation: Frozen = parse_observation(raw)
        return observation.model_dump(mode="json", exclude_none=True)
    event: DossierEvent = parse_event(raw)
    return json.loads(encode(event))


def _lost(written: Any, kept: Any, path: str) -> list[str]:
    if isinstance(written, dict) and isinstance(kept, dict):
        return [
            lost
            for name, value in written.items()
            for lost in ([f"{path}/{name}"] if name not in kept else _lost(value, kept[name], f"{path}/{name}"))
        ]
    return [] if written == kept else [path]


def main() -> int:
    """Exit status 1 with a sentence per finding."""
    found = incompatibilities() + outdated()
    sentences = found or [f"{len(documents())} contracts: compatible, and their documents are current"]
    sys.stdout.write("\n".join(sentences) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
