"""Writes the schemas, the examples and the AsyncAPI page; refuses a change that would break what is already written.

`python -m contracts.generate`
"""

from __future__ import annotations

import json
import sys

from contracts.asyncapi import render
from contracts.check import incompatibilities
from contracts.published import EXAMPLES, ROOT, SCHEMAS, documents, example, schema


def main() -> int:
    """Exit status 1, and nothing written, when a published contract would break."""
    broken = incompatibilities()
    if broken:
        sys.stderr.write("\n".join(broken) + "\n")
        return 1
    SCHEMAS.mkdir(exist_ok=True)
    EXAMPLES.mkdir(exist_ok=True)
    for stem, model in documents().items():
        (SCHEMAS / f"{stem}.json").write_text(_pretty(schema(model)), encoding="utf-8")
        target = EXAMPLES / f"{stem}.json"
        if not target.exists():  # what was once an example is parsed for ever, so it is never rewritten
            target.write_text(_pretty(example(stem)), encoding="utf-8")
    (ROOT / "asyncapi.yaml").write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{len(documents())} contracts written\n")
    return 0


def _pretty(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
