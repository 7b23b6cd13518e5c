"""The same servers on testcontainers, for machines that have a Docker engine and the images."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from deploy.local.kafka import BEHAVIOUR

KAFKA_IMAGE = os.environ.get("TEST_KAFKA_IMAGE", "apache/kafka:4.2.0")
POSTGRES_IMAGE = os.environ.get("TEST_POSTGRES_IMAGE", "postgres:17")
_PULL_WITHIN_S = 120.0
_ENGINE_ANSWERS_WITHIN_S = 5
_KAFKA_PORT = 9092
_START_SCRIPT = "/tmp/khop-start.sh"


def available() -> bool:
    """Whether a Docker engine answers and both images are there, or could be pulled in two minutes."""
    if not _engine_listens():
        return False
    import docker
    from docker.errors import DockerException

    try:
        engine = docker.from_env(timeout=_ENGINE_ANSWERS_WITHIN_S)
    except DockerException:
        return False
    with contextlib.closing(engine):
        return all(_has(engine, image) for image in (KAFKA_IMAGE, POSTGRES_IMAGE))


def _engine_listens() -> bool:
    """A look at the door first: the engine's client leaves a connection open when nobody is there."""
    address = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    family = socket.AF_UNIX if address.scheme == "unix" else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(_ENGINE_ANSWERS_WITHIN_S)
        try:
            probe.connect(address.path if address.scheme == "unix" else (address.hostname, address.port or 2375))
        except OSError:
            return False
    return True


def _has(engine: Any, image: str) -> bool:
    from docker.errors import DockerException, ImageNotFound

    try:
        engine.images.get(image)
    except ImageNotFound:
        pass
    else:
        return True
    give_up_at = time.monotonic() + _PULL_WITHIN_S
    try:
        for step in engine.api.pull(*_name_and_tag(image), stream=True, decode=True):
            if "error" in step or time.monotonic() > give_up_at:
                return False
    except (DockerException, OSError):
        return False
    return True


def _name_and_tag(image: str) -> tuple[str, str]:
    name, _, tag = image.rpartition(":")
    return (name, tag) if name and "/" not in tag else (image, "latest")


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[tuple[str, str, str]]:
    """Start both and give the broker's address, the administrator's database address and every role's password."""
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    database = PostgresContainer(POSTGRES_IMAGE, username="postgres", dbname="khop", driver=None)
    database.with_command("postgres -c fsync=off -c max_connections=200")
    waiting = f"until [ -s {_START_SCRIPT} ]; do sleep 0.1; done; exec sh {_START_SCRIPT}"
    broker = DockerContainer(KAFKA_IMAGE).with_exposed_ports(_KAFKA_PORT).with_command(["sh", "-c", waiting])

    def start_broker() -> str:
        broker.start()
        # Only a started container knows the port that clients will see, and the broker must tell them.
        address = f"{_address(broker.get_container_host_ip())}:{broker.get_exposed_port(_KAFKA_PORT)}"
        broker.copy_into_container(_start_script(address), _START_SCRIPT)
        LogMessageWaitStrategy("Kafka Server started").wait_until_ready(broker)
        return address

    try:
        bootstrap, _ = await asyncio.gather(asyncio.to_thread(start_broker), asyncio.to_thread(database.start))
        host, port = _address(database.get_container_host_ip()), database.get_exposed_port(5432)
        password = database.password
        yield bootstrap, f"postgresql://postgres:{password}@{host}:{port}/khop", password
    finally:
        await asyncio.gather(asyncio.to_thread(broker.stop), asyncio.to_thread(database.stop))


def _address(host: str) -> str:
    # "localhost" may mean ::1, where a container's port is not always published.
    return "127.0.0.1" if host == "localhost" else host


def _start_script(address: str) -> bytes:
    settings = {
        **BEHAVIOUR,
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": f"PLAINTEXT://0.0.0.0:{_KAFKA_PORT},CONTROLLER://localhost:9093",
        "advertised.listeners": f"PLAINTEXT://{address}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    }
    exports = [f"export KAFKA_{name.replace('.', '_').upper()}='{value}'" for name, value in settings.items()]
    return "\n".join([*exports, "exec /etc/kafka/docker/run", ""]).encode()
