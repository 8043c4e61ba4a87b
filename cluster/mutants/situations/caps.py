"""Caps that are full, where counting wrongly lets one more through. Hours and days last seconds."""

import time

from cluster import Cluster, Options, until
from situations import Situation

SHORT_LEASE = {"SLUICE_LEASE_MS": "3000", "SLUICE_RENEW_EVERY_MS": "500", "SLUICE_SELF_FENCE_MS": "2200"}


def slow_gateway(cluster: Cluster) -> None:
    """What was reserved at 0 is accepted at 5, and leaves the hour of 12 only at 17."""
    cluster.control("hold", {"hold": True})
    cluster.add_leads(80)
    until("open requests", lambda: cluster.open_requests() >= 12)
    time.sleep(5)
    cluster.control("hold", {"hold": False})
    time.sleep(12)


def window_edges(cluster: Cluster) -> None:
    """A burst late in a clock hour and a clock day: the next ones begin while all of it still counts."""
    hour, day = cluster.options.hour, cluster.options.day

    def is_late() -> bool:
        now = time.monotonic()
        # Windows with their margins, as the limiter has them.
        in_hour, in_day = now / (hour + hour / 3600) % 1, now / (day + day / 8640) % 1
        return 0.4 < in_hour < 0.8 and 0.55 < in_day < 0.9

    until("the end of a clock day", is_late, 60)
    cluster.add_leads(4 * 60)
    time.sleep(hour + 4)


def errors_after_accepting(cluster: Cluster) -> None:
    """Every second message is accepted and answered 500: nobody knows, and it counts."""
    cluster.add_leads(160)
    time.sleep(6)


def hanging_gateway(cluster: Cluster) -> None:
    """Requests time out and stay open at the gateway, which accepts them later."""
    cluster.control("hold", {"hold": True})
    cluster.add_leads(20)
    time.sleep(6)
    cluster.control("hold", {"hold": False})
    time.sleep(2)


def crash_while_open(cluster: Cluster) -> None:
    """A shard dies with a full window open; the gateway accepts it at 5, its deadline is at 12."""
    owner = cluster.sql(
        "SELECT f.node_name FROM device_caps d JOIN slot_owners s ON s.slot = d.hash_slot"
        " JOIN node_fences f ON f.incarnation = s.owner GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")[0][0]
    cluster.control("hold", {"hold": True})
    start = time.monotonic()
    cluster.add_leads(180)
    until("full windows", lambda: cluster.open_requests() >= 36)
    cluster.kill(owner)
    time.sleep(max(0.0, start + 5 - time.monotonic()))
    cluster.control("hold", {"hold": False})
    time.sleep(max(0.0, start + 24 - time.monotonic()))


SITUATIONS = (
    Situation(
        "slow-gateway",
        lambda: Options(
            hour=12, caps=(6, 100, 50), http_timeout=20, simulator=("--latency", "0"), saturated=("hour",)),
        slow_gateway),
    Situation(
        "window-edges",
        lambda: Options(
            hour=10, day=20, caps=(20, 30, 50), simulator=("--latency", "0"), saturated=("hour", "day")),
        window_edges),
    Situation(
        "errors-after-accepting",
        lambda: Options(hour=20, caps=(6, 100, 4), simulator=("--fault", "accept-then-500=0.5", "--latency", "50ms")),
        errors_after_accepting),
    Situation(
        "hanging-gateway",
        lambda: Options(devices=2, caps=(100, 100, 1), http_timeout=1.5, accepts_late=8, simulator=("--latency", "0")),
        hanging_gateway),
    Situation(
        "crash-while-open",
        lambda: Options(
            devices=6, shards=2, hour=20, caps=(6, 100, 50), http_timeout=3, accepts_late=8,
            simulator=("--latency", "0"), environment=SHORT_LEASE, saturated=("hour",)),
        crash_while_open),
)
