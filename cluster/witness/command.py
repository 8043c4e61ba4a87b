"""The command line."""

import argparse
import csv
import pathlib
import sqlite3
import sys

from judgment import judge
from report.as_html import as_html
from report.as_json import as_json
from report.as_text import as_text
from run import Run
from settings import SECOND, Settings
from sources import mutants, tables
from sources.evidence import Evidence
from sources.fault_log import FaultLog
from sources.request_log import RequestLogReader


def caps(text):
    """hourly/daily/concurrent, such as 80/800/50."""
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError("caps are written hourly/daily/concurrent, such as 80/800/50")
    return tuple(int(part) for part in parts)


def seconds(text):
    """Nanoseconds of a span that is written in seconds."""
    span = float(text)
    if not 0 <= span <= 31_536_000:
        raise argparse.ArgumentTypeError("a span is 0 to 31536000 seconds")
    return round(span * SECOND)


def parser():
    options = argparse.ArgumentParser(
        prog="witness", description="Says from the outside whether Sluice kept its promise.")
    add = options.add_argument
    add("--log", action="append", default=[], metavar="FILE", help="a gateway simulator's request log; may be repeated")
    source = options.add_mutually_exclusive_group()
    source.add_argument("--database", metavar="URL", help="read the final tables through psql")
    source.add_argument("--tables", metavar="DIR", help="read the final tables from TABLE.csv files")
    add("--export", metavar="DIR", help="write the tables of --database to DIR as CSV, and judge nothing")
    add("--faults", metavar="FILE", help="the fault log")
    add("--mutants", metavar="FILE", help="results of the mutation run")
    add("--caps", type=caps, metavar="H/D/C", help="caps of every cap key, instead of those in the tables")
    add("--hour", type=seconds, metavar="S", help="length of the hourly window (3600)")
    add("--day", type=seconds, metavar="S", help="length of the daily window (86400)")
    add("--send-within", type=seconds, metavar="S", help="D_send (1)")
    add("--tolerance", type=seconds, metavar="S", help="between the clocks of database and gateways (0.5)")
    add("--dedupes", action="append", default=[], metavar="DIALECT", help="its gateway sends a repeated id once")
    add("--saturated", action="append", default=[], metavar="WINDOW", help="hour or day: the run filled it")
    add("--due-at-creation", action="store_true", help="contacts were due when made; no device waits between messages")
    add("--fidelity", action="store_true", help="real caps and latencies: the machine was never the limit")
    add("--running", action="store_true", help="the cluster had not come to rest")
    add("--input", type=int, metavar="N", help="how many enrollments were asked for")
    add("--scratch", metavar="DIR", help="where evidence is sorted: twice the size of the logs (the temporary folder)")
    add("--json", action="store_true", help="print JSON")
    add("--html", metavar="FILE", help="also write a page")
    return options


def settings_of(options):
    settings = Settings(
        caps=options.caps, dedupes=frozenset(options.dedupes), at_rest=not options.running,
        due_at_creation=options.due_at_creation,
        fidelity=options.fidelity, saturated=frozenset(options.saturated), input_count=options.input)
    for name in ("hour", "day", "send_within", "tolerance"):
        if getattr(options, name) is not None:
            setattr(settings, name, getattr(options, name))
    return settings


def usual_form(identity):
    """8-4-4-4-12 digits."""
    parts = (identity[:8], identity[8:12], identity[12:16], identity[16:20], identity[20:])
    return "-".join(parts)


def load(evidence, options):
    if options.database:
        tables.load_from_database(evidence, options.database)
    elif options.tables:
        tables.load_from_folder(evidence, options.tables)
    devices = list(evidence.rows("SELECT device, name, cap_key FROM device")) if "device" in evidence.tables else []
    cap_keys = {name: cap_key for _, name, cap_key in devices}
    names = {usual_form(device): name for device, name, _ in devices}
    for path in options.log:
        RequestLogReader(evidence, path, cap_keys, names).read()
    evidence.index()


def main(arguments):
    """Exit status: 0 without violations, 1 with some, 2 when the sources cannot be read."""
    line = parser()
    options = line.parse_args(arguments)
    if options.export and not options.database:
        line.error("--export needs --database")
    if not options.log and not options.export:
        line.error("--log is needed: the gateway's word is the ground of everything")
    try:
        if options.export:
            tables.export(options.database, options.export)
            return 0
        with Evidence(options.scratch) as evidence:
            load(evidence, options)
            faults = FaultLog.read(options.faults) if options.faults else FaultLog()
            results = mutants.read(options.mutants) if options.mutants else None
            judgment = judge(Run(evidence, faults, settings_of(options)), results)
    except (OSError, ValueError, KeyError, csv.Error, sqlite3.Error, tables.TablesError) as problem:
        print(f"witness: {problem}", file=sys.stderr)
        return 2
    if options.html:
        pathlib.Path(options.html).write_text(as_html(judgment), encoding="utf-8")
    print(as_json(judgment) if options.json else as_text(judgment))
    return 0 if judgment.violations == 0 else 1
