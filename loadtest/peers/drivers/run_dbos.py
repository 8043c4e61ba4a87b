"""dbos: workflows that do nothing, on a queue with a window and a concurrency per key: the nearest to Sluice's caps."""

import sqlalchemy
from dbos import DBOS, DBOSClient
from job_clock import chunks, from_arguments

KEYS = 3_000


def main(url, clock):
    @DBOS.workflow(name="send")
    def send(contact):
        clock.tick()

    DBOS(config={"name": "peer", "system_database_url": url, "log_level": "ERROR", "sys_db_pool_size": 20})
    DBOS.launch()
    client = DBOSClient(system_database_url=url)
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    for contacts in chunks(clock.total, 1_000):
        with engine.begin() as connection:
            for contact in contacts:
                client.enqueue_in_transaction(
                    connection,
                    {"queue_name": "messages", "workflow_name": "send", "queue_partition_key": str(contact % KEYS)},
                    contact)
    # What is enqueued waits for its queue to exist.
    DBOS.register_queue(
        "messages", worker_concurrency=64, partition_concurrency=2, partition_limiter={"limit": 80, "period": 3_600},
        polling_interval_sec=0.1)
    clock.is_over.wait()
    clock.stop()
    DBOS.destroy()


main(*from_arguments())
