"""`khop keys`: who may call the gateway. A key is shown once, when it is made; only its digest is kept."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, cast, get_args

import typer
from pydantic import TypeAdapter, ValidationError

from contracts.codes import SystemName, TenantName
from services.keys.port import ApiKey, Scope, new_key
from services.keys.postgres import PostgresKeys
from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.runtime.clock import SystemClock

_TENANT: TypeAdapter[str] = TypeAdapter(TenantName)
_SYSTEM: TypeAdapter[str] = TypeAdapter(SystemName)


def register(app: typer.Typer) -> None:
    """Add `khop keys create|list|revoke`."""
    keys = typer.Typer(help="Khóa truy cập · keys to the gateway.", no_args_is_help=True)
    keys.command("create")(create)
    keys.command("list")(list_all)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name="keys")


def create(
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")],
    system: Annotated[str, typer.Option(help="Hệ thống · the system that calls, such as one-stop.")],
    scope: Annotated[str, typer.Option(help="write, read or configure.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Tạo khóa, chỉ hiện một lần · make a key; it is shown once."""
    if scope not in get_args(Scope):
        raise WrongUsage(f"--scope {scope!r}: say {', '.join(get_args(Scope))}")
    key, token = new_key(
        tenant=named(tenant, "--tenant", _TENANT),
        system=named(system, "--system", _SYSTEM),
        scope=cast(Scope, scope),
        now=SystemClock().now(),
    )
    asyncio.run(_add(key))
    if as_json:
        screen.print_json(_document(key) | {"key": token})
    else:
        print(f"{token}\nGiữ kín, khóa không hiện lại · keep it secret, it is not shown again (id {key.id})")


def list_all(
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Các khóa đã tạo · the keys that were made."""
    keys = asyncio.run(_list(tenant))
    if as_json:
        screen.print_json({"keys": [_document(key) for key in keys]})
        return
    for key in keys:
        until = "" if key.revoked_at is None else f"  thu hồi · revoked {key.revoked_at:%Y-%m-%d %H:%M}Z"
        print(f"{key.id}  {key.tenant}/{key.system}  {key.scope}  {key.created_at:%Y-%m-%d %H:%M}Z{until}")
    if not keys:
        print("Chưa có khóa nào · no keys yet")


def revoke(
    key_id: Annotated[str, typer.Argument(help="The id that `khop keys list` shows.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Thu hồi khóa · make a key useless, within five seconds."""
    if not asyncio.run(_revoke(key_id)):
        raise Findings(f"no key in force has the id {key_id!r}; `khop keys list` shows them")
    if as_json:
        screen.print_json({"id": key_id, "state": "revoked"})
        return
    print(f"Đã thu hồi · revoked: {key_id}")


def named(value: str, option: str, kind: TypeAdapter[str]) -> str:
    """A name that is one. Raises WrongUsage."""
    try:
        return kind.validate_python(value)
    except ValidationError:
        raise WrongUsage(
            f"{option} {value!r}: use small letters, digits and single hyphens, such as lang-son"
        ) from None


def _document(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "tenant": key.tenant,
        "system": key.system,
        "scope": key.scope,
        "created_at": key.created_at.isoformat(),
        "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(),
    }


async def _add(key: ApiKey) -> None:
    async with open_database(read_settings()) as database:
        await PostgresKeys(database.pool).add(key)


async def _list(tenant: str | None) -> list[ApiKey]:
    async with open_database(read_settings()) as database:
        return await PostgresKeys(database.pool).list(tenant)


async def _revoke(key_id: str) -> bool:
    async with open_database(read_settings()) as database:
        return await PostgresKeys(database.pool).revoke(key_id, at=SystemClock().now())
