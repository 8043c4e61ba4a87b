"""One round: a cluster of its own, work, faults, rest, judgment.

States: made, sending, faulty, recovering, at rest, exported, gone, judged, in this order. Whatever ends it early, the
cluster is taken down.
"""

import base64
import dataclasses
import json
import pathlib
import time
from dataclasses import dataclass

from cluster import Cluster, ClusterError
from database import Database
from driver import Driver
from effects import clocks, failpoints
from evidence.archive import archive
from evidence.fault_log import FaultLog
from evidence.judge import arguments, export, judge
from evidence.leaks import scan_round
from plan import kinds
from plan.schedule import Schedule
from progress import span, stopwatch
from supervisor import Supervisor
from workload import REST, Marks, Shape, TopUp, set_up

# Hosts whose wall clock can be stepped.
STEPPED = ("shard-1", "shard-2", "shard-3", "coordinator-1", "coordinator-2", "postgres")


@dataclass(frozen=True)
class Setting:
    """What a round is made of. `data` is its folder; `day` the length of the caps' day in seconds; `after` for how many
    seconds work comes after the last fault, so that its recovery can be seen (I16 allows 20)."""

    data: pathlib.Path
    results: pathlib.Path
    seed: int
    faults: int
    seconds: float
    devices: int
    day: int
    after: float
    programs: pathlib.Path
    kinds: tuple[str, ...] = ()


@dataclass
class Outcome:
    """`report`: the witness's; None when it could not judge. `problems`: what chaos itself could not do."""

    seed: int
    report: dict | None
    leaks: list
    problems: list
    # Faults that could not be done; nodes that ended by themselves and were started again.
    skipped: int
    restarts: int


class Round:
    def __init__(self, setting, say):
        self.setting, self.say = setting, say
        self.cluster = Cluster(setting.data)
        self.database = Database(self.cluster)
        self.shape, self.marks = Shape.of(setting.day), Marks.of(setting.seed)
        self.driver, self.top_up, self.phase = None, None, "starts"
        self.supervisor = Supervisor(self.cluster, self.is_held, say)
        self.elapsed = stopwatch()
        self.is_cancelled = False
        self.problems = []

    # From the outside.

    def cancel(self):
        """Undoes what holds, begins nothing new, judges what there is."""
        self.is_cancelled = True
        if self.driver:
            self.driver.interrupt()

    @property
    def line(self):
        done, active = self.driver.state if self.driver else (0, [])
        left = span(self.setting.seconds - self.elapsed()) if self.phase == "faults" else "-"
        holding = f", now: {', '.join(active)}" if active else ""
        return (
            f"{span(self.elapsed())} seed {self.setting.seed} {self.phase}: {done} of {self.setting.faults} faults, "
            f"at most {left} left{holding}")

    # The round itself.

    def run(self):
        try:
            return self.run_to_the_end()
        except (ClusterError, OSError, ValueError, KeyError):
            self.keep()
            raise
        finally:
            for part in (self.supervisor, self.top_up):
                if part and part.thread.is_alive():
                    part.stop()
            self.cluster.run("down", timeout=120)

    def run_to_the_end(self):
        self.make()
        self.break_it()
        is_at_rest = self.come_to_rest()
        leaks, input_count = self.take_evidence()
        self.cluster.run("down", timeout=120)
        return self.judge(is_at_rest, leaks, input_count)

    def make(self):
        setting = self.setting
        options = ["--devices", str(setting.devices), "--disk", "512m",
                   "--set", f"SLUICE_HOUR_SECONDS={self.shape.hour}", "--set", f"SLUICE_DAY_SECONDS={self.shape.day}"]
        for variable in failpoints.settings(setting.data, kinds.failpoints()):
            options += ["--set", variable]
        for option in ("--latency", "fixed:250ms", "--late-accept", "6", "--seed", str(setting.seed)):
            options += ["--gateway-option", option]
        if not self.can_step:
            self.say("gcc is missing: no steps of clocks")
        programs = clocks.steppable(setting.data, setting.programs, STEPPED) if self.can_step else setting.programs
        self.cluster.run("up", *options, "--bin", str(programs), timeout=300)
        if self.can_step and "clock-step-postgres" in setting.kinds:
            self.cluster.variables["postgres"] = clocks.variables(setting.data, "postgres")
            self.cluster.stop("postgres")
            self.cluster.start("postgres")
        self.supervisor.start()
        self.database.run(set_up(self.marks, self.shape), timeout=30)
        self.top_up = TopUp(self.database, self.marks)
        self.top_up.start()
        self.wait("messages to flow", 60, lambda: self.sent() > 5 * setting.devices)

    def break_it(self):
        setting, hosts_of = self.setting, self.cluster.by_role()
        wanted = [
            kind for kind in (*kinds.KINDS, *(kinds.ON_REQUEST if setting.kinds else ()))
            if (not setting.kinds or kind.name in setting.kinds) and (self.can_step or "clock" not in kind.effect)]
        planned = Schedule(setting.seed, hosts_of, wanted).take(setting.faults)
        (setting.data / "plan.json").write_text(
            json.dumps([dataclasses.asdict(fault) for fault in planned], indent=1), encoding="utf-8")
        log = FaultLog(setting.data / "faults.jsonl", setting.seed)
        self.driver = Driver(self.cluster, log, hosts_of, self.say)
        self.phase = "faults"
        if not self.is_cancelled:
            self.driver.run(planned, time.monotonic() + setting.seconds - self.elapsed())
        log.close()
        self.problems += [f"{fault.kind} {fault.target} is not undone: {words}" for fault, words in self.driver.stuck]

    def come_to_rest(self):
        """Whether it did, in the time that the longest window and every unknown's deadline need."""
        self.phase = "recovers"
        if not self.is_cancelled:
            time.sleep(self.setting.after)
        self.top_up.stop()
        self.phase = "comes to rest"
        limit = 30 if self.is_cancelled else self.shape.day + 60
        try:
            self.wait("rest", limit, lambda: self.database.number(REST) == 0)
            return True
        except ClusterError:
            self.say(f"seed {self.setting.seed}: not at rest after {limit} s")
            return False

    def take_evidence(self):
        """Hits of the scan, and how many enrollments there were to be. Then nodes end, so that tables stand still."""
        self.phase = "is judged"
        self.wait("all nodes to run", 30, lambda: all(map(self.cluster.is_up, self.nodes())))
        self.supervisor.stop()
        leaks = scan_round(self.cluster, self.database, self.secrets())
        for name in (*self.cluster.by_role()["coordinator"], *self.cluster.by_role()["shard"]):
            self.cluster.stop(name)
        input_count = self.database.number("SELECT count(*) FROM leads")
        export(self.cluster, self.database.url, self.setting.data / "tables")
        return leaks, input_count

    def judge(self, is_at_rest, leaks, input_count):
        setting = self.setting
        is_long = self.elapsed() > 2 * self.shape.day and not self.is_cancelled
        words = arguments(setting.data, self.request_logs(), self.shape, input_count, is_at_rest, is_long)
        try:
            report = judge(setting.data, words)
        except ClusterError as problem:
            self.problems.append(str(problem))
            report = None
        if not is_at_rest and not self.is_cancelled:
            self.problems.append("the cluster did not come to rest")
        if report is None or report["violations"] or leaks or self.problems:
            self.keep()
        return Outcome(
            setting.seed, report, leaks, self.problems, len(self.driver.skipped), len(self.supervisor.restarts))

    # Parts.

    def keep(self):
        path = self.setting.results / f"failed-{self.setting.seed}.tar.gz"
        size = archive(self.setting.data, self.request_logs(), path)
        self.say(f"seed {self.setting.seed} failed: {size} bytes in {path}")

    def request_logs(self):
        return sorted(self.setting.data.glob("gateway-*/requests.log"))

    def nodes(self):
        return [host.name for host in self.cluster.hosts().values() if host.role in ("coordinator", "shard", "api")]

    def is_held(self, name):
        """By a fault, which starts and stops it."""
        return self.driver is not None and self.driver.holds(("process", name))

    @property
    def can_step(self):
        return clocks.COMPILER is not None

    def secrets(self):
        """What the run knows and no log may tell."""
        words = self.marks.secret
        basic = base64.b64encode(f"chaos:{words}".encode()).decode()
        identities = self.setting.data / "identities"
        files = [*identities.glob("*.seed"), *identities.glob("*.password")]
        return {
            "phones": [self.marks.phone_prefix], "message body": [self.marks.body],
            "gateway credential": [words, basic], "key or password": [path.read_text().strip() for path in files]}

    def sent(self):
        return sum(path.read_bytes().count(b'"verdict":"accepted"') for path in self.request_logs())

    def wait(self, what, seconds, is_so):
        until = time.monotonic() + seconds
        words = "not in time"
        while time.monotonic() < until:
            try:
                if is_so():
                    return
            except ClusterError as problem:
                words = str(problem)
            if self.is_cancelled and what != "rest":
                return
            time.sleep(0.5)
        raise ClusterError(f"waited {seconds} s for {what}: {words}")
