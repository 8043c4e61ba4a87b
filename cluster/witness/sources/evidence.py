"""All evidence of a run in one SQLite file, so that a log of ten million lines is sorted on disk, not in memory."""

import os
import sqlite3
import tempfile

SCHEMA = """
CREATE TABLE request (
    log INTEGER NOT NULL, seq INTEGER NOT NULL, ns INTEGER NOT NULL, device TEXT, recipient TEXT, key TEXT,
    attempt INTEGER, epoch INTEGER, dialect TEXT, cap_key TEXT NOT NULL,
    -- NULL while it is open at the end of the log.
    end_ns INTEGER, verdict TEXT, is_definite_refusal INTEGER NOT NULL DEFAULT 0, accepted_ns INTEGER,
    message_id TEXT,
    -- Answered with a status of 200 to 299: whoever heard it knew the outcome.
    is_success INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (log, seq)
) WITHOUT ROWID;
CREATE TABLE flaw (log INTEGER NOT NULL, line INTEGER, what TEXT NOT NULL);
CREATE TABLE log_file (
    log INTEGER PRIMARY KEY, path TEXT NOT NULL, lines INTEGER NOT NULL, torn_bytes INTEGER NOT NULL);
"""


class Evidence:
    """Open it with `with`: the file goes when the witness does."""

    def __init__(self, folder=None):
        handle, self.path = tempfile.mkstemp(prefix="witness-", suffix=".sqlite", dir=folder)
        os.close(handle)
        self.db = sqlite3.connect(self.path, isolation_level=None)
        # Evidence is read again from its sources after a crash: nothing here needs to be durable.
        self.db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;"
            f"PRAGMA cache_size = -200000; PRAGMA temp_store_directory = '{os.path.dirname(self.path)}';" + SCHEMA)
        # Tables that were read; a judge that needs another one says so.
        self.tables = set()
        self.log_count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.close()
        os.unlink(self.path)

    def rows(self, sql, *values):
        """Streams; each call has a cursor of its own, so that judges may nest them."""
        return self.db.cursor().execute(sql, values)

    def one(self, sql, *values):
        return self.rows(sql, *values).fetchone()[0]

    def index(self):
        """Once everything is loaded."""
        self.db.execute("CREATE INDEX request_key ON request (key, attempt)")
        self.db.execute("CREATE INDEX request_cap_key ON request (cap_key, accepted_ns)")
        if "ledger" in self.tables:
            self.db.execute("CREATE INDEX ledger_key ON ledger (key, attempt)")
            self.db.execute("CREATE INDEX ledger_contact ON ledger (contact)")
            self.db.execute("CREATE INDEX ledger_cap_key ON ledger (cap_key, reserved_ns)")
            self.db.execute("CREATE INDEX ledger_reserved ON ledger (reserved_ns)")
            self.db.execute("CREATE INDEX ledger_unknown ON ledger (cap_key, reserved_ns) WHERE state = 'unknown'")
            self.db.execute("CREATE INDEX ledger_incarnation ON ledger (incarnation, reserved_ns)")
        self.db.execute("ANALYZE")
