"""pgqueuer: jobs that do nothing, until the queue is empty."""

import asyncpg
import uvloop
from job_clock import chunks, from_arguments
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.domain.types import QueueExecutionMode
from pgqueuer.queries import Queries


async def main(url, clock):
    async with asyncpg.create_pool(url, min_size=4, max_size=10) as pool:
        driver = AsyncpgPoolDriver(pool)
        queries = Queries(driver)
        await queries.install()
        consumer = PgQueuer(driver)

        @consumer.entrypoint("send")
        async def send(job):
            clock.tick()

        for contacts in chunks(clock.total, 1_000):
            await queries.enqueue(["send"] * len(contacts), [b"contact"] * len(contacts), [0] * len(contacts))
        await consumer.run(batch_size=100, mode=QueueExecutionMode.drain)
        clock.stop()


uvloop.run(main(*from_arguments()))
