"""Reads the gateway simulator's request log: JSON lines, two for each request. Streams; holds open requests only."""

import json

BATCH = 20_000
VERDICTS = {"accepted", "refused", "dropped", "duplicate"}
INSERT = "INSERT OR IGNORE INTO request VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


class RequestLogReader:
    """One file. What is no evidence becomes a flaw, which the witness counts as a violation; a torn last line is what
    a crash leaves, and none."""

    def __init__(self, evidence, path, cap_key_of_device, name_of_id=None):
        """`name_of_id`: devices that a dialect calls by their id in our tables, in its usual form."""
        self.evidence, self.path, self.cap_key_of_device = evidence, path, cap_key_of_device
        self.name_of_id = name_of_id or {}
        evidence.log_count += 1
        self.log = evidence.log_count
        self.open, self.batch, self.flaws = {}, [], 0
        self.read_count, self.last_seq, self.line = 0, 0, 0

    def read(self):
        db = self.evidence.db
        db.execute("BEGIN")
        torn = 0
        with open(self.path, "rb") as file:
            for raw in file:
                if not raw.endswith(b"\n"):
                    torn = len(raw)
                    break
                self.line += 1
                self.take(raw)
        for seq, request in self.open.items():
            self.write(seq, request, (None, None, 0, None, None, 0))
        self.flush()
        held = self.evidence.one("SELECT count(*) FROM request WHERE log = ?", self.log)
        if held != self.read_count:
            self.flaw(f"{self.read_count - held} sequence numbers were used again")
        if self.last_seq > held:
            self.flaw(f"{self.last_seq - held} sequence numbers are missing")
        db.execute("INSERT INTO log_file VALUES (?,?,?,?)", (self.log, str(self.path), self.line, torn))
        db.execute("COMMIT")

    def take(self, raw):
        try:
            entry = json.loads(raw)
            event, seq = entry["event"], entry["seq"]
            if type(seq) is not int or type(entry["ns"]) is not int:
                raise ValueError("seq and ns are whole numbers")
            if event == "request":
                self.take_request(seq, entry)
            elif event == "response":
                self.take_response(seq, entry)
            else:
                raise ValueError(f"no event is called {event}")
        except (ValueError, KeyError, TypeError) as problem:
            self.flaw(f"malformed: {problem!r}")

    def take_request(self, seq, entry):
        if seq in self.open:
            raise ValueError(f"request {seq} is open already")
        device = self.name_of_id.get(entry.get("device"), entry.get("device"))
        self.open[seq] = (
            entry["ns"], device, entry.get("recipient"), entry.get("key"), entry.get("attempt"), entry.get("epoch"),
            entry.get("dialect"), self.cap_key_of_device.get(device, f"device {device}"))
        self.last_seq = max(self.last_seq, seq)

    def take_response(self, seq, entry):
        verdict, accepted = entry["verdict"], entry.get("accepted_ns")
        if verdict not in VERDICTS or (verdict == "accepted") != (accepted is not None):
            raise ValueError(f"verdict {verdict} with accepted_ns {accepted}")
        request = self.open.pop(seq, None)
        if request is None:
            raise ValueError(f"response to {seq}, which is not open")
        is_answered = entry.get("answered") is True
        definite = int(verdict == "refused" and is_answered)
        success = int(is_answered and 200 <= (entry.get("status") or 0) < 300)
        self.write(seq, request, (entry["ns"], verdict, definite, accepted, entry.get("message_id"), success))

    def write(self, seq, request, end):
        self.batch.append((self.log, seq) + request + end)
        self.read_count += 1
        if len(self.batch) >= BATCH:
            self.flush()

    def flush(self):
        self.evidence.db.executemany(INSERT, self.batch)
        self.batch.clear()

    def flaw(self, what):
        self.flaws += 1
        self.evidence.db.execute("INSERT INTO flaw VALUES (?,?,?)", (self.log, self.line, what))
