"""oban: jobs that do nothing."""

import asyncio

from job_clock import chunks, from_arguments
from oban import Oban, worker
from oban.schema import install


async def main(url, clock):
    @worker(queue="messages")
    class Send:
        async def process(self, job):
            clock.tick()

    pool = await Oban.create_pool(url, max_size=10)
    await install(pool)
    producer = Oban(pool=pool)
    for contacts in chunks(clock.total, 1_000):
        await producer.enqueue_many(Send.new({"contact": contact}) for contact in contacts)
    async with Oban(pool=pool, queues={"messages": 64}):
        await clock.until_over()
        clock.stop()
    await pool.close()


asyncio.run(main(*from_arguments()))
