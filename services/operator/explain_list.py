"""Looks up the codes of a portal's list: by the system that was named, else by any other that has the code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from services.domain.statistics.explain.listed import Listed
from services.event_store.folding import tenant_facts
from services.operator.errors import Findings, WrongUsage
from services.operator.open import Database
from services.projections.lines import Holder, PostgresLines
from services.sources.dossier_list import ListedCode
from services.sources.nearest import nearest


async def listed(
    database: Database, codes: Sequence[ListedCode], *, tenant: str, position: int, system: str | None
) -> Listed:
    """What dossiers the codes mean at a position. Raises WrongUsage for a system that nobody knows, and Findings for a
    code that means several dossiers."""
    if system is not None:
        facts = tenant_facts(await database.store.tenant_events(tenant, types=None))
        known = {fact.system for fact in facts}
        if system not in known:
            raise WrongUsage(f"--system {system!r}: no system of {tenant} has this name; {nearest(system, known)}")
    holders: defaultdict[str, list[Holder]] = defaultdict(list)
    for holder in await PostgresLines(database.pool).holders(tenant, position, sorted({one.code for one in codes})):
        holders[holder.code].append(holder)
    lines: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    not_then: Counter[str] = Counter()
    for locator, code in codes:
        found = holders[code]
        if system is not None and any(one.system == system for one in found):
            found = [one for one in found if one.system == system]
        if not found:
            unknown[f"{system or '?'}/{code}"] += 1
            continue
        meant = {one.line for one in found}
        if len(meant) > 1:
            raise Findings(
                f"{locator}: the code {code!r} means different dossiers in "
                f"{', '.join(one.system for one in found)}; say with --system whose codes the list has"
            )
        [line] = meant
        if line is None:
            not_then[f"{found[0].system}/{code}"] += 1
        else:
            lines[line] += 1
    return Listed(known=dict(lines), unknown=dict(unknown), not_then=dict(not_then))
