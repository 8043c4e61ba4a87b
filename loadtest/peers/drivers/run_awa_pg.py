"""awa-pg: jobs that do nothing."""

import asyncio
from dataclasses import dataclass

import awa
from job_clock import chunks, from_arguments


@dataclass
class Message:
    contact: int


async def main(url, clock):
    await awa.migrate(url)
    client = awa.AsyncClient(url)

    @client.task(Message, queue="messages")
    async def send(job):
        clock.tick()

    for contacts in chunks(clock.total, 5_000):
        await client.insert_many_copy([Message(contact) for contact in contacts], queue="messages")
    await client.start([("messages", 64)])
    await clock.until_over()
    clock.stop()
    await client.shutdown()


asyncio.run(main(*from_arguments()))
