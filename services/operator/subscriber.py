"""`khop subscriber`: the systems we bring every change to; where they begin, and what is set aside for a person."""

from __future__ import annotations

import asyncio
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, cast, get_args
from uuid import UUID

import typer
from pydantic import TypeAdapter

from contracts.codes import SystemName, TenantName
from services.deliveries.port import Start, Subscriber
from services.deliveries.postgres import PostgresLedger
from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.keys import named
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.runtime.clock import SystemClock
from services.subscribers.kinds import portal_of
from services.subscribers.port import PRESENT_AT, Request, Response, Unreachable

_TENANT: TypeAdapter[str] = TypeAdapter(TenantName)
_SYSTEM: TypeAdapter[str] = TypeAdapter(SystemName)
PARKED_SHOWN: Final = 1_000

Tenant = Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")]
Name = Annotated[str, typer.Argument(help="Hệ thống · its system name; what rests on it is not sent back to it.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def register(app: typer.Typer) -> None:
    """Add `khop subscriber add|list|pause|resume|parked|unpark`."""
    subscriber = typer.Typer(help="Hệ thống nhận · systems that are served.", no_args_is_help=True)
    for name, command in (
        ("add", add),
        ("list", list_all),
        ("pause", pause),
        ("resume", resume),
        ("parked", parked),
        ("unpark", unpark),
    ):
        subscriber.command(name)(command)
    app.add_typer(subscriber, name="subscriber")


def add(
    name: Name,
    tenant: Tenant,
    url: Annotated[str, typer.Option(help="Địa chỉ nhận · the receiver's base address.")],
    start: Annotated[str, typer.Option(help="history, present or now.")],
    *,
    kind: Annotated[str, typer.Option(help="A file under services/subscribers.")] = "webhook",
    secret_file: Annotated[Path | None, typer.Option(help="Holds the shared secret; `-` reads it from here.")] = None,
    setting: Annotated[list[str] | None, typer.Option(help="name=value, such as batch_max=1; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Thêm hệ thống nhận · serve a system. Without --secret-file a secret is made and shown once."""
    if start not in get_args(Start):
        raise WrongUsage(f"--start {start!r}: say {', '.join(get_args(Start))}")
    secret = secrets.token_urlsafe(32) if secret_file is None else _secret(secret_file)
    subscriber = Subscriber(
        tenant=named(tenant, "--tenant", _TENANT),
        name=named(name, "NAME", _SYSTEM),
        kind=kind,
        start=cast(Start, start),
        settings={"url": url, "secret": secret, **_settings(setting or [])},
    )
    try:
        portal_of(subscriber, transport=_Nobody(), clock=SystemClock())
    except ValueError as error:
        raise WrongUsage(str(error)) from None
    position = asyncio.run(_add(subscriber))
    if as_json:
        shown = {"tenant": tenant, "name": name, "start": start, "position": position}
        screen.print_json(shown | ({"secret": secret} if secret_file is None else {}))
        return
    print(f"Đã thêm · added: {tenant}/{name}, {start}, as of position {position}")
    if secret_file is None:
        print(f"Khóa ký, chỉ hiện một lần · the signing secret, shown once: {secret}")


def list_all(*, as_json: AsJson = False) -> None:
    """Các hệ thống nhận · who is served, and what is owed to them."""
    rows = asyncio.run(_list())
    if as_json:
        screen.print_json({"subscribers": rows})
        return
    for row in rows:
        halted = "  tạm dừng · paused" if row["paused"] else ""
        print(
            f"{row['tenant']}/{row['subscriber']}  {row['url']}  đến vị trí · planned to {row['planned']}  "
            f"còn nợ · owed {row['owed']}  để riêng · parked {row['parked']}{halted}"
        )
    if not rows:
        print("Chưa có hệ thống nào · no subscribers yet")


def pause(name: Name, tenant: Tenant, *, as_json: AsJson = False) -> None:
    """Tạm dừng gửi; nợ vẫn được ghi · stop sending; what is owed goes on being written."""
    asyncio.run(_pause(tenant, name, paused=True))
    if as_json:
        screen.print_json({"tenant": tenant, "name": name, "paused": True})
        return
    print(f"Đã tạm dừng · paused: {tenant}/{name}")


def resume(name: Name, tenant: Tenant, *, as_json: AsJson = False) -> None:
    """Gửi tiếp · send again."""
    asyncio.run(_pause(tenant, name, paused=False))
    if as_json:
        screen.print_json({"tenant": tenant, "name": name, "paused": False})
        return
    print(f"Đã gửi tiếp · resumed: {tenant}/{name}")


def parked(name: Name, tenant: Tenant, *, as_json: AsJson = False) -> None:
    """Hồ sơ để riêng · dossiers set aside after refusals."""
    rows = asyncio.run(_parked(tenant, name))
    if as_json:
        screen.print_json({"parked": rows})
        return
    for row in rows:
        print(f"{row['dossier']}  {row['since']}  {row['why']}")
    if not rows:
        print("Không có hồ sơ nào · none is set aside")


def unpark(
    name: Name,
    tenant: Tenant,
    *,
    dossier: Annotated[str | None, typer.Option(help="One dossier's id.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Thử gửi lại hồ sơ để riêng · let a dossier that was set aside be tried again."""
    if (dossier is None) != everything:
        raise WrongUsage("say either --dossier ID or --all")
    count = asyncio.run(_unpark(tenant, name, None if dossier is None else _uuid(dossier)))
    if dossier is not None and not count:
        raise Findings(f"dossier {dossier} is not set aside for {tenant}/{name}; see `khop subscriber parked`")
    if as_json:
        screen.print_json({"tenant": tenant, "name": name, "unparked": count})
        return
    print(f"Đã thử lại · tried again: {count}")


class _Nobody:
    """The settings are looked at, nothing is sent."""

    async def send(self, request: Request, *, timeout_s: float) -> Response:
        raise Unreachable(f"{request.url} within {timeout_s:g} s: nobody is called while a subscriber is added")


def _secret(file: Path) -> str:
    try:
        return (sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"--secret-file {file}: cannot be read: {type(error).__name__}") from None


def _settings(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if bad := next((each for each, (_, sign, _) in zip(given, pairs, strict=True) if not sign), None):
        raise WrongUsage(f"--setting {bad!r}: write it as name=value")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise WrongUsage(f"--dossier {text!r} is no dossier id; `khop why CODE` shows it") from None


async def _add(subscriber: Subscriber) -> int:
    async with open_database(read_settings()) as database:
        head = await database.store.head(subscriber.tenant)
        if subscriber.start == "present":
            subscriber = replace(subscriber, settings={**subscriber.settings, PRESENT_AT: str(head)})
        begin = head if subscriber.start == "now" else 0
        if not await PostgresLedger(database.pool).subscribe(subscriber, from_position=begin):
            raise Findings(f"{subscriber.tenant}/{subscriber.name} is served already; see `khop subscriber list`")
        return head


async def _list() -> list[dict[str, Any]]:
    async with open_database(read_settings()) as database:
        ledger = PostgresLedger(database.pool)
        settings = {(each.tenant, each.name): each for each in await ledger.subscribers()}
        rows = []
        for count in await ledger.counts():
            known = settings[str(count["tenant"]), str(count["subscriber"])]
            own = {"kind": known.kind, "start": known.start, "paused": known.paused, "url": known.settings.get("url")}
            rows.append({name: _plain(value) for name, value in count.items()} | own)
        return rows


def _plain(value: object) -> object:
    return value if isinstance(value, int | str | bool) or value is None else str(value)


async def _pause(tenant: str, name: str, *, paused: bool) -> None:
    async with open_database(read_settings()) as database:
        if not await PostgresLedger(database.pool).pause(tenant, name, paused=paused):
            raise Findings(f"{tenant}/{name} is not served; see `khop subscriber list`")


async def _parked(tenant: str, name: str) -> list[dict[str, str]]:
    async with open_database(read_settings()) as database:
        rows = await PostgresLedger(database.pool).parked(tenant, name, PARKED_SHOWN)
        return [{"dossier": str(dossier), "why": why, "since": since.isoformat()} for dossier, why, since in rows]


async def _unpark(tenant: str, name: str, dossier: UUID | None) -> int:
    async with open_database(read_settings()) as database:
        ledger = PostgresLedger(database.pool)
        if dossier is not None:
            return int(await ledger.unpark(tenant, name, dossier))
        count = 0
        while rows := await ledger.parked(tenant, name, PARKED_SHOWN):
            count += sum([await ledger.unpark(tenant, name, each) for each, _, _ in rows])
        return count
