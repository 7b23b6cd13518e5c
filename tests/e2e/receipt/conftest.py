"""The servers of this folder's tests, and the two installations that others are compared with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from deploy.kafka.topics import ensure
from tests.e2e.receipt.installation import Installation, Installations
from tests.infra.servers import servers
from tests.real.receipt.conftest import HERE as MAPPINGS
from tests.real.receipt.conftest import data, truth

__all__ = ["data", "truth"]  # fixtures


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installations(tmp_path_factory: pytest.TempPathFactory, data: Path) -> AsyncIterator[Installations]:
    folder = tmp_path_factory.mktemp("receipt")
    async with servers(folder / "infra") as infra:
        await ensure(infra.kafka_bootstrap)
        admin = AIOKafkaAdminClient(bootstrap_servers=infra.kafka_bootstrap)
        await admin.start()
        all_of_them = Installations(infra, folder, admin)
        try:
            yield all_of_them
        finally:
            if all_of_them.working is not None:
                all_of_them.working.province.stop()
            await admin.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def from_log(installations: Installations, data: Path) -> Installation:
    """Everything as the XES log says it, in its order."""
    one = await installations.new()
    await one.json("import", data / "receipt.xes.gz", "--mapping", MAPPINGS / "xes.toml")
    await one.report("--to", "2012-01-31")  # waits until the read models show it
    return one
