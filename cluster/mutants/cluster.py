"""One private cluster of a mutant, or of none: its processes, its database, its gateway, and the witness."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator

# The first of them.
PHONES = 4917000000000
WITNESS = pathlib.Path(__file__).resolve().parent.parent / "witness"


class SituationError(Exception):
    """The situation did not come about: the run says nothing about the mutant."""


def until(what: str, condition: Callable[[], bool], within: float = 30) -> None:
    """Waits for an event of the run."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise SituationError(f"waited {within:g} s for {what}")
        time.sleep(0.02)


@dataclasses.dataclass
class Options:
    """What a situation needs of its cluster. Times are seconds."""

    devices: int = 4
    shards: int = 1
    coordinators: int = 1
    simulator: tuple[str, ...] = ()
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    # hourly, daily, concurrent
    caps: tuple[int, int, int] = (1000, 1000, 50)
    hour: int = 3600
    day: int = 86_400
    send_within: float = 1
    http_timeout: float = 3
    accepts_late: float = 2
    # Windows that the run fills, without which it would prove nothing: I26.
    saturated: tuple[str, ...] = ()
    # Where the cluster finds the gateway; None: the simulator itself. Is given the simulator's port.
    gateway: Callable[[int], str] | None = None


class Cluster:
    """Everything is in `folder` and dies with `stop`."""

    def __init__(self, programs: pathlib.Path, folder: pathlib.Path, mutants: tuple[str, ...], options: Options):
        self.programs, self.folder, self.options = programs, folder, options
        self.requests, self.faults = folder / "requests.jsonl", folder / "faults.jsonl"
        self.notes = folder / "notes"
        self.notes.mkdir(parents=True)
        self.faults.touch()
        # All failpoints are noted as done until `arm`.
        for name in filter(None, options.environment.get("SLUICE_FAILPOINTS", "").split(",")):
            (self.notes / name).touch()
        self.started: list[subprocess.Popen[bytes]] = []
        self.leads = 0
        self.environment = os.environ | {
            "SLUICE_MUTANT": ",".join(mutants), "SLUICE_TRACE_HEADERS": "true", "SLUICE_API_PORT": "0",
            "SLUICE_HOUR_SECONDS": str(options.hour), "SLUICE_DAY_SECONDS": str(options.day),
            "SLUICE_SEND_WITHIN_MS": str(round(options.send_within * 1000)),
            "SLUICE_FAILPOINTS_NOTES": str(self.notes), **options.environment,
        }

    # Starting and stopping

    def start(self) -> None:
        port_file = self.folder / "port"
        self.launch("gateway", "sluice-gateway-simulator", "--log", self.requests, "--port-file", port_file,
                    "--late-accept", self.options.accepts_late, "--gateway-timeout", 0, *self.options.simulator)
        until("the simulator", lambda: port_file.exists() and port_file.read_text().strip().isdigit())
        port = int(port_file.read_text())
        self.simulator = f"http://127.0.0.1:{port}"
        gateway = self.options.gateway(port) if self.options.gateway else self.simulator
        data = self.folder / "data"
        self.launch("dev", "sluice", "dev", "--data", data, "--shards", self.options.shards, "--coordinators",
                    self.options.coordinators, "--devices", self.options.devices, "--no-gap", "--gateway", gateway)
        ready = self.folder / "dev.log"
        until("the cluster", lambda: "dev: ready" in ready.read_text() or self.started[-1].poll() is not None, 120)
        if self.started[-1].poll() is not None:
            raise SituationError(f"the cluster did not start: {ready.read_text()[-500:]}")
        for line in (data / "env").read_text().splitlines():
            if line.startswith("export DATABASE_URL="):
                self.database = line.split("=", 1)[1].strip("'")
        hourly, daily, concurrent = self.options.caps
        self.sql(f"UPDATE device_caps SET hourly_cap = {hourly}, daily_cap = {daily}, concurrent_cap = {concurrent}")
        self.sql(f"UPDATE gateways SET http_timeout_ms = {round(self.options.http_timeout * 1000)},"
                 f" accepts_late_ms = {round(self.options.accepts_late * 1000)}")
        self.sql("WITH s AS (INSERT INTO sequences (name) VALUES ('m') RETURNING id) INSERT INTO sequence_steps"
                 " (sequence_id, day_number, trigger, trigger_delay_hours, is_entry_point, content)"
                 " SELECT id, 1, 'm', 0, true, 'Hello' FROM s")
        # Caps reach the nodes with the next renewal of their lease.
        time.sleep(2.5)

    def launch(self, name: str, program: str, *arguments: object) -> None:
        """It stops when the thread of this trial ends, however that comes about."""
        with open(self.folder / f"{name}.log", "wb") as log:
            self.started.append(subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", self.programs / program, *map(str, arguments)],
                env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True))

    def stop(self) -> None:
        """Stopped processes go on first, or they would not hear that they are to end."""
        for record in (self.folder / "data" / "run").glob("*.pid"):
            self.signal(record.stem, signal.SIGCONT)
        for process in reversed(self.started):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # Acting

    def pid(self, name: str) -> int | None:
        record = self.folder / "data" / "run" / f"{name}.pid"
        try:
            return int(record.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def log(self, name: str) -> str:
        return (self.folder / "data" / "logs" / f"{name}.log").read_text()

    def signal(self, name: str, number: int) -> None:
        pid = self.pid(name)
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self, name: str) -> None:
        at = time.time_ns()
        self.signal(name, signal.SIGKILL)
        self.fault("shard-kill" if name.startswith("shard") else "coordinator-kill", name, at)

    def fault(self, kind: str, target: str, start: int, end: int | None = None) -> None:
        with open(self.faults, "a", encoding="utf-8") as log:
            entry = {"at": time.time_ns(), "kind": kind, "target": target, "from": start, "until": end}
            log.write(json.dumps(entry) + "\n")

    def arm(self, name: str) -> None:
        (self.notes / name).unlink()

    def wait_for(self, name: str, within: float = 30) -> str:
        """The node that came to an armed failpoint and acted."""
        until(name, lambda: (self.notes / name).exists(), within)
        return json.loads((self.notes / name).read_text())["node"]

    # The database and the gateway

    def sql(self, text: str) -> list[list[str]]:
        result = subprocess.run(
            ["psql", "-qXAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.database, "-c", text],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if result.returncode != 0:
            raise SituationError(f"psql: {result.stderr.strip()}")
        return [line.split("\t") for line in result.stdout.splitlines()]

    def number(self, text: str) -> int:
        return int(self.sql(text)[0][0])

    @contextlib.contextmanager
    def transaction(self, text: str) -> Iterator[None]:
        """Keeps a transaction open in which `text` was executed, and rolls it back."""
        with subprocess.Popen(
            ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", self.database], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as session:
            session.stdin.write(f"BEGIN;\n{text};\n\\echo done\n")
            session.stdin.flush()
            lines = iter(session.stdout.readline, "")
            if not any(line.strip() == "done" for line in lines):
                raise SituationError("psql: the transaction failed")
            yield
            session.stdin.write("ROLLBACK;\n\\q\n")
            session.stdin.close()

    def control(self, path: str, body: object) -> None:
        request = urllib.request.Request(
            f"{self.simulator}/_sim/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            answer.read()

    def open_requests(self) -> int:
        with urllib.request.urlopen(f"{self.simulator}/_sim/stats", timeout=5) as answer:
            return json.load(answer)["open"]

    def add_leads(self, count: int, message: str | None = None) -> None:
        """Spread over the devices."""
        if message is not None:
            self.sql(f"UPDATE sequence_steps SET content = '{message}'")
        self.sql(
            "WITH d AS (SELECT id, row_number() OVER (ORDER BY device_name) - 1 AS n FROM user_devices)"
            " INSERT INTO leads (name, phone, device_id, trigger)"
            f" SELECT 'Lead ' || i, ({PHONES} + i)::text, d.id, 'm'"
            f" FROM generate_series({self.leads}, {self.leads + count - 1}) i"
            f" JOIN d ON d.n = i % {self.options.devices}")
        self.leads += count

    def add_lead(self, device: str, trigger: str) -> None:
        """On one device."""
        self.sql("INSERT INTO leads (name, phone, device_id, trigger)"
                 f" VALUES ('Lead', '{PHONES + self.leads}', '{device}', '{trigger}')")
        self.leads += 1

    # The end

    def come_to_rest(self) -> None:
        """Nothing more starts, and what is open ends. A mutant may never come to rest: the witness says so."""
        self.sql("INSERT INTO pauses (scope) VALUES ('*')")
        with contextlib.suppress(SituationError):
            until("the cluster to rest", lambda: self.number(
                "SELECT (SELECT count(*) FROM sequence_contacts WHERE claim_state <> 0)"
                " + (SELECT count(*) FROM send_ledger WHERE state = 'reserved')") == 0, 20)

    def judge(self) -> dict:
        """What the witness says of the run."""
        options = self.options
        result = subprocess.run(
            ["python3", WITNESS, "--log", self.requests, "--database", self.database, "--faults", self.faults,
             "--hour", str(options.hour), "--day", str(options.day), "--send-within", str(options.send_within),
             "--json",
             *(word for window in options.saturated for word in ("--saturated", window))],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if result.returncode not in (0, 1):
            raise SituationError(f"the witness: {result.stderr.strip()}")
        return json.loads(result.stdout)
