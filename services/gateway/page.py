"""The page that shows the API: made on the server without a script, since the network may not reach a script's home."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

INTRODUCTION: Final = (
    "Cổng vào của Khớp · the gateway of Khớp. Every request carries `Authorization: Bearer khop_…`; the key says for "
    "which tenant and system it speaks. An operator makes keys with `khop keys create`. The receiving side of events "
    "is described in services/subscribers/README.md."
)
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#f4f4f4;padding:.75rem;overflow-x:auto}code{background:#f4f4f4}h2{margin-top:2.5rem}"
)


def render(openapi: dict[str, Any]) -> str:
    """The OpenAPI document as a page."""
    routes = "".join(
        _operation(method, path, operation)
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(openapi["info"]["title"])}</title>'
        f"<style>{_STYLE}</style><h1>{escape(openapi['info']['title'])} API v{escape(openapi['info']['version'])}</h1>"
        f'<p>{escape(INTRODUCTION)}</p><p><a href="/openapi.json">openapi.json</a></p>{routes}'
        f"<h2>Shapes</h2>{_shapes(openapi)}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<li><code>{escape(each['name'])}</code> ({escape(each['in'])}) {escape(each.get('description', ''))}</li>"
        for each in operation.get("parameters", [])
    )
    answers = "".join(
        f"<li>{escape(status)} {escape(answer.get('description', ''))}</li>"
        for status, answer in sorted(operation["responses"].items())
    )
    body = operation.get("requestBody", {}).get("content", {})
    taken = "".join(f"<p>Body {escape(kind)}</p>{_json(content['schema'])}" for kind, content in body.items())
    return (
        f"<h2>{escape(method.upper())} <code>{escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p><ul>{parameters}</ul>{taken}<p>Answers</p><ul>{answers}</ul>"
    )


def _shapes(openapi: dict[str, Any]) -> str:
    schemas = openapi.get("components", {}).get("schemas", {})
    return "".join(f"<h3>{escape(name)}</h3>{_json(schema)}" for name, schema in schemas.items())


def _json(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
