"""What makes a newer schema unable to read what an older one allowed; each finding says where and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_AT_MOST = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
_AT_LEAST = ("minLength", "minItems", "minimum", "exclusiveMinimum")
_ADVICE = "keep it, and say the new thing in a new optional field or in a new version of the type with an upcast"


def breaks(old: Schema, new: Schema) -> list[str]:
    """Sentences, one per way in which a document of the old schema may not be read, or may lose a field, in the new."""
    return list(_walk(old, new, old.get("$defs", {}), new.get("$defs", {}), "", frozenset()))


def _walk(
    old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, path: str, seen: frozenset[tuple[str, str]]
) -> Iterator[str]:
    if "$ref" in old and "$ref" in new:
        step = (old["$ref"], new["$ref"])
        if step in seen:
            return
        seen |= {step}
    old, new = _resolve(old, old_defs), _resolve(new, new_defs)
    here = path or "the document"
    if "anyOf" in old:
        for alternative in old["anyOf"]:
            choices = new.get("anyOf", [new])
            if all(list(_walk(alternative, choice, old_defs, new_defs, path, seen)) for choice in choices):
                yield f"{here}: {_name(alternative)} is allowed no more; {_ADVICE}"
        return
    if "anyOf" in new:
        if all(list(_walk(old, choice, old_defs, new_defs, path, seen)) for choice in new["anyOf"]):
            yield f"{here}: {_name(old)} is allowed no more; {_ADVICE}"
        return
    yield from _values(old, new, here)
    for name, before in old.get("properties", {}).items():
        after = new.get("properties", {}).get(name)
        if after is None:
            yield f"{path}/{name}: the field is gone; {_ADVICE}"
        else:
            yield from _walk(before, after, old_defs, new_defs, f"{path}/{name}", seen)
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{path}/{name}: it has become required, and older documents lack it; make it optional"
    for part in ("items", "additionalProperties"):
        if isinstance(old.get(part), Mapping) and isinstance(new.get(part), Mapping):
            yield from _walk(old[part], new[part], old_defs, new_defs, f"{path}/{part}", seen)


def _values(old: Schema, new: Schema, here: str) -> Iterator[str]:
    before = old.get("enum", [old["const"]] if "const" in old else None)
    after = new.get("enum", [new["const"]] if "const" in new else None)
    if after is not None and (before is None or not set(before) <= set(after)):
        lost = sorted(map(str, set(before or ()) - set(after))) or ["free values"]
        yield f"{here}: {', '.join(lost)} no longer allowed; {_ADVICE}"
    if "type" in new and old.get("type") != new["type"]:
        yield f"{here}: the type {old.get('type')} became {new['type']}; {_ADVICE}"
    for bound in _AT_MOST:
        if bound in new and (bound not in old or new[bound] < old[bound]):
            yield f"{here}: {bound} became {new[bound]} (was {old.get(bound, 'unbounded')}); {_ADVICE}"
    for bound in _AT_LEAST:
        if bound in new and (bound not in old or new[bound] > old[bound]):
            yield f"{here}: {bound} became {new[bound]} (was {old.get(bound, 'unbounded')}); {_ADVICE}"
    for rule in ("pattern", "format"):
        if rule in new and old.get(rule) != new[rule]:
            yield f"{here}: the {rule} became {new[rule]} (was {old.get(rule, 'none')}); {_ADVICE}"


def _resolve(schema: Schema, defs: Schema) -> Schema:
    while "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", schema.get("const", schema.get("type", schema)))).rsplit("/", 1)[-1]
