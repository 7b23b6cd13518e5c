"""Settings out of the environment, in small groups, so that a process depends only on what it uses."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast, get_args

LogFormat = Literal["json", "console"]
SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it, its value and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSettings:
    """What every process has: who it is, where its health can be asked, how it logs and how it stops."""

    name: str
    instance: str
    host: str
    port: int
    log_format: LogFormat
    drain_timeout_s: float
    """How long a stop waits for what is in flight; longer than any HTTP call's time-out."""

    @classmethod
    def from_env(cls, name: str, env: Mapping[str, str] = os.environ) -> ProcessSettings:
        """Read KHOP_PORT (0 takes a free one), KHOP_HOST, KHOP_INSTANCE, KHOP_LOG_FORMAT, KHOP_DRAIN_TIMEOUT_S.

        Raises SettingsError.
        """
        return cls(
            name=name,
            instance=env.get("KHOP_INSTANCE") or f"{name}-{socket.gethostname()}-{os.getpid()}",
            host=env.get("KHOP_HOST") or "127.0.0.1",
            port=_whole(env, "KHOP_PORT", default=0, least=0, most=65_535),
            log_format=cast(LogFormat, _one_of(env, "KHOP_LOG_FORMAT", default="json", allowed=get_args(LogFormat))),
            drain_timeout_s=float(_whole(env, "KHOP_DRAIN_TIMEOUT_S", default=12, least=1, most=600)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSettings:
    """Where the database is."""

    dsn: str = field(repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> PostgresSettings:
        """Read KHOP_POSTGRES_DSN. Raises SettingsError."""
        dsn = _required(env, "KHOP_POSTGRES_DSN", example="postgresql://khop_recorder@127.0.0.1:5432/khop")
        if not dsn.startswith(("postgresql://", "postgres://")):
            raise SettingsError("KHOP_POSTGRES_DSN does not start with postgresql://; give it as a URL")
        return cls(dsn=dsn)


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """Where the broker is and how every client of ours proves who it is: the one place for security."""

    bootstrap: str
    session_timeout_ms: int = 10_000
    """After this long without a heartbeat a group member is replaced."""
    request_timeout_ms: int = 20_000
    protocol: SecurityProtocol = "PLAINTEXT"
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    mechanism: SaslMechanism = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> KafkaSettings:
        """Read KHOP_KAFKA_BOOTSTRAP and, where the broker asks for it, the security settings.

        KHOP_KAFKA_PROTOCOL, _CA_FILE, _CERTIFICATE_FILE, _KEY_FILE, _MECHANISM, _USERNAME, and _PASSWORD or
        _PASSWORD_FILE; KHOP_KAFKA_SESSION_TIMEOUT_MS and _REQUEST_TIMEOUT_MS for time-outs. Raises SettingsError.
        """
        protocol = _one_of(env, "KHOP_KAFKA_PROTOCOL", default="PLAINTEXT", allowed=get_args(SecurityProtocol))
        mechanism = _one_of(env, "KHOP_KAFKA_MECHANISM", default="SCRAM-SHA-512", allowed=get_args(SaslMechanism))
        username, password = env.get("KHOP_KAFKA_USERNAME"), _secret(env, "KHOP_KAFKA_PASSWORD")
        if protocol.startswith("SASL") and not (username and password):
            raise SettingsError(
                f"KHOP_KAFKA_PROTOCOL is {protocol}: give KHOP_KAFKA_USERNAME and KHOP_KAFKA_PASSWORD(_FILE) too"
            )
        return cls(
            bootstrap=_required(env, "KHOP_KAFKA_BOOTSTRAP", example="127.0.0.1:9092"),
            session_timeout_ms=_whole(env, "KHOP_KAFKA_SESSION_TIMEOUT_MS", default=10_000, least=1_000, most=300_000),
            request_timeout_ms=_whole(env, "KHOP_KAFKA_REQUEST_TIMEOUT_MS", default=20_000, least=1_000, most=300_000),
            protocol=cast(SecurityProtocol, protocol),
            ca_file=_file(env, "KHOP_KAFKA_CA_FILE"),
            certificate_file=_file(env, "KHOP_KAFKA_CERTIFICATE_FILE"),
            key_file=_file(env, "KHOP_KAFKA_KEY_FILE"),
            mechanism=cast(SaslMechanism, mechanism),
            username=username,
            password=password,
        )

    def tls(self) -> ssl.SSLContext | None:
        """The TLS context of a protocol that encrypts; None for one that does not."""
        if "SSL" not in self.protocol:
            return None
        context = ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context


_LONGEST_SHOWN: Final = 80


def _required(env: Mapping[str, str], name: str, *, example: str) -> str:
    value = env.get(name)
    if not value:
        raise SettingsError(f"{name} is not set; give it, for example {name}={example}")
    return value


def _whole(env: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    raw = env.get(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise SettingsError(f"{name} is {raw[:_LONGEST_SHOWN]!r}, not a whole number") from None
    if not least <= value <= most:
        raise SettingsError(f"{name} is {value}; it must be from {least} to {most}")
    return value


def _one_of(env: Mapping[str, str], name: str, *, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise SettingsError(f"{name} is {value[:_LONGEST_SHOWN]!r}; it must be one of {', '.join(allowed)}")
    return value


def _file(env: Mapping[str, str], name: str) -> Path | None:
    raw = env.get(name)
    if not raw:
        return None
    path = Path(raw)
    if not path.is_file():
        raise SettingsError(f"{name} is {raw!r}, but there is no such file")
    return path


def _secret(env: Mapping[str, str], name: str) -> str | None:
    # A file keeps the secret out of `ps e` and out of the supervisor's own configuration.
    path = _file(env, f"{name}_FILE")
    return path.read_text().strip() if path is not None else env.get(name) or None
