"""Nodes that were declared dead and are not, and claims that are not theirs any more."""

import signal
import time

from cluster import Cluster, Options, until
from situations import Situation
from situations.caps import SHORT_LEASE

# The witness gives a reserve that was under way when its fence was closed this long, its statement timeout.
RESERVE_TIMEOUT = 3


def stop_at(cluster: Cluster, failpoint: str, node: str) -> None:
    """Stops `node` there; whoever else comes first goes on."""
    while True:
        cluster.arm(failpoint)
        stopped = cluster.wait_for(failpoint)
        if stopped == node:
            return
        cluster.signal(stopped, signal.SIGCONT)


def fence_and_stop_leader(cluster: Cluster) -> None:
    """The leader closes the stopped shard's fence and goes no further, so that the shard's claims stay its own."""
    cluster.arm("after-fence=stop")
    cluster.wait_for("after-fence=stop")
    time.sleep(RESERVE_TIMEOUT + 0.5)


def zombie_reserve(cluster: Cluster) -> None:
    """A shard is stopped right before a reserve, is fenced, and goes on."""
    cluster.arm("before-reserve=stop")
    cluster.add_leads(20)
    cluster.wait_for("before-reserve=stop")
    fence_and_stop_leader(cluster)
    cluster.signal("shard-1", signal.SIGCONT)
    time.sleep(1.5)
    cluster.signal("coordinator-1", signal.SIGCONT)
    time.sleep(5)


def zombie_renewal(cluster: Cluster) -> None:
    """A shard with claims is stopped when a renewal's answer has just come, is fenced, and goes on; its next renewal
    hangs, so that only its own clock can tell it."""
    cluster.control("hold", {"hold": True})
    cluster.add_leads(40)
    until("open requests", lambda: cluster.open_requests() >= 2)
    stop_at(cluster, "after-renew=stop", "shard-1")
    fence_and_stop_leader(cluster)
    with cluster.transaction("SELECT FROM node_leases WHERE role = 'shard' FOR UPDATE"):
        cluster.control("hold", {"hold": False})
        cluster.signal("shard-1", signal.SIGCONT)
        time.sleep(1.5)
    cluster.signal("coordinator-1", signal.SIGCONT)
    time.sleep(5)


def fence_waits(cluster: Cluster) -> None:
    """A shard dies while the database still works at the end of a reserve of it; the fence is closed meanwhile."""
    cluster.sql("""
        CREATE TABLE slow_sessions (name text);
        GRANT SELECT ON slow_sessions TO PUBLIC;
        CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF current_setting('application_name') IN (SELECT name FROM slow_sessions)
                AND current_setting('slow.slept', true) IS DISTINCT FROM 'yes' THEN
                PERFORM set_config('slow.slept', 'yes', true), pg_sleep(6);
            END IF;
            RETURN NULL;
        END $$;
        -- At the commit, to which no statement timeout applies.
        CREATE CONSTRAINT TRIGGER be_slow AFTER UPDATE ON sequence_contacts DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (OLD.claim_state = 1 AND NEW.claim_state = 2) EXECUTE FUNCTION be_slow()""")
    node, incarnation = cluster.sql(
        "SELECT f.node_name, f.incarnation FROM device_caps d JOIN slot_owners s ON s.slot = d.hash_slot"
        " JOIN node_fences f ON f.incarnation = s.owner GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT 1")[0]
    cluster.sql(f"INSERT INTO slow_sessions VALUES ('sluice {node} work')")
    cluster.add_leads(12)
    until("a slow reserve", lambda: cluster.number(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") > 0)
    cluster.kill(node)
    # The dead node renews no more: what would take seconds is done at once, within the time that the reserve takes.
    cluster.sql("DELETE FROM slow_sessions;"
                " UPDATE node_leases SET expires_at = clock_timestamp() - interval '1 second'"
                f" WHERE incarnation = {incarnation}; UPDATE cluster_versions SET assignment = assignment + 1")
    time.sleep(12)


def locked_claims(cluster: Cluster) -> None:
    """Somebody holds claimed contacts locked, so that their reserve passes them by."""
    cluster.arm("before-reserve=stop")
    cluster.add_leads(12)
    cluster.wait_for("before-reserve=stop")
    with cluster.transaction("SELECT FROM sequence_contacts WHERE claim_state = 1 FOR UPDATE"):
        cluster.signal("shard-1", signal.SIGCONT)
        time.sleep(1.2)
    time.sleep(6)


def stale_batch(cluster: Cluster) -> None:
    """The leader is stopped right before it publishes a batch. Its slot goes to the other shard and comes back; then
    the batch arrives, of the earlier ownership. The shard's one permit is taken, so that a claim of the present
    ownership overtakes it."""
    shard, one, other = cluster.sql(
        "SELECT f.node_name, min(d.device_id::text), max(d.device_id::text)"
        " FROM device_caps d JOIN slot_owners s ON s.slot = d.hash_slot JOIN node_fences f ON f.incarnation = s.owner"
        " GROUP BY 1 HAVING count(DISTINCT d.hash_slot) > 1 LIMIT 1")[0]
    slot = cluster.sql(f"SELECT hash_slot FROM device_caps WHERE device_id = '{one}'")[0][0]
    peer = "shard-2" if shard == "shard-1" else "shard-1"
    cluster.sql("WITH s AS (INSERT INTO sequences (name, priority) VALUES ('first', 1) RETURNING id) INSERT INTO"
                " sequence_steps (sequence_id, day_number, trigger, trigger_delay_hours, is_entry_point, content)"
                " SELECT id, 1, 'first', 0, true, 'Hello' FROM s; UPDATE sequences SET priority = 50 WHERE name = 'm'")
    cluster.control("hold", {"hold": True})
    cluster.add_lead(other, "m")
    until("the permit to be taken", lambda: cluster.open_requests() == 1)
    # Enrolled, and due in a while: between its claim and its batch nothing is read back.
    cluster.sql("INSERT INTO pauses (scope) VALUES ('*')")
    cluster.add_lead(one, "m")
    until("the contact", lambda: cluster.number("SELECT count(*) FROM sequence_contacts") == 2)
    cluster.sql("UPDATE sequence_contacts SET next_trigger_time = clock_timestamp() + interval '5 seconds'"
                f" WHERE assigned_device_id = '{one}'; DELETE FROM pauses")
    time.sleep(2)
    cluster.arm("before-dispatch=stop")
    # Whoever reads a batch back reads lanes.
    with cluster.transaction("LOCK TABLE lanes IN ACCESS EXCLUSIVE MODE"):
        cluster.wait_for("before-dispatch=stop")
        for node in (peer, shard):
            cluster.sql(
                f"UPDATE slot_owners SET wanted = (SELECT max(incarnation) FROM node_leases WHERE node_name = '{node}')"
                f" WHERE slot = {slot}; UPDATE cluster_versions SET assignment = assignment + 1")
            until(f"the slot to be {node}'s", lambda: cluster.number(
                f"SELECT count(*) FROM slot_owners WHERE slot = {slot} AND owner = wanted") == 1, 6)
        time.sleep(0.5)
        # While the shard reads a batch back it knows the batch; right after that failed it does not.
        failed = cluster.log(shard).count('"fetch"')
        until("a failed read of the batch", lambda: cluster.log(shard).count('"fetch"') > failed, 6)
        cluster.signal("coordinator-1", signal.SIGCONT)
        time.sleep(0.3)
    cluster.add_lead(one, "first")
    until("a claim of the present ownership", lambda: cluster.number(
        "SELECT count(*) FROM sequence_contacts WHERE current_trigger = 'first' AND claim_state = 1") == 1)
    time.sleep(1)
    cluster.control("hold", {"hold": False})
    time.sleep(3)


def stopping(*failpoints: str, **more: str) -> dict[str, str]:
    return {"SLUICE_FAILPOINTS": ",".join(failpoints)} | more


SITUATIONS = (
    Situation(
        "zombie-reserve",
        lambda: Options(environment=SHORT_LEASE | stopping("before-reserve=stop", "after-fence=stop")),
        zombie_reserve),
    Situation(
        "zombie-renewal",
        lambda: Options(
            http_timeout=30,
            environment=SHORT_LEASE | stopping(
                "after-renew=stop", "after-fence=stop", SLUICE_HTTP_PERMITS="2", SLUICE_HTTP_PERMITS_PER_URL="2")),
        zombie_renewal),
    Situation(
        "fence-waits",
        lambda: Options(shards=2, devices=6, environment=SHORT_LEASE | {"SLUICE_RENEW_EVERY_MS": "200"}), fence_waits),
    Situation(
        "stale-batch",
        lambda: Options(
            shards=2, devices=8, http_timeout=30, simulator=("--latency", "0"),
            environment=stopping(
                "before-dispatch=stop", SLUICE_LEASE_MS="12000", SLUICE_RENEW_EVERY_MS="500",
                SLUICE_SELF_FENCE_MS="9000", SLUICE_CLAIM_MS="15000", SLUICE_HTTP_PERMITS="1",
                SLUICE_HTTP_PERMITS_PER_URL="1")),
        stale_batch),
    Situation(
        "locked-claims",
        lambda: Options(send_within=3, environment=stopping("before-reserve=stop", SLUICE_CLAIM_MS="3000")),
        locked_claims),
)
