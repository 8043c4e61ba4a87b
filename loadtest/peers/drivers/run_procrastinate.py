"""procrastinate: jobs that do nothing, until the queue is empty."""

import asyncio

import procrastinate
from job_clock import chunks, from_arguments


async def main(url, clock):
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=10))

    @app.task(name="send", queue="messages")
    async def send(contact):
        clock.tick()

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for contacts in chunks(clock.total, 1_000):
            await send.batch_defer_async(*({"contact": contact} for contact in contacts))
        await app.run_worker_async(
            queues=["messages"], concurrency=64, wait=False, install_signal_handlers=False, delete_jobs="successful")
        clock.stop()


asyncio.run(main(*from_arguments()))
