"""Brings the final tables into the evidence, through psql or from CSV files that psql wrote."""

import csv
import pathlib
import subprocess

from sources.queries import QUERIES, TEXTS

# Contacts and ledger rows may hold long texts of users.
csv.field_size_limit(16 * 1024 * 1024)


class TablesError(Exception):
    """A table that cannot be read, with psql's words."""


def command(database, query):
    return ["psql", "--no-psqlrc", "--quiet", "--csv", "--set=ON_ERROR_STOP=1", f"--command={query}", database]


def load_from_database(evidence, database):
    for name, query in QUERIES.items():
        with subprocess.Popen(
            command(database, query), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as psql:
            load_table(evidence, name, psql.stdout)
            problem = psql.stderr.read()
        if psql.returncode != 0:
            raise TablesError(f"psql could not read {name}: {problem.strip()}")


def export(database, folder):
    """Writes the CSV files that `load_from_folder` reads."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for name, query in QUERIES.items():
        with open(pathlib.Path(folder, f"{name}.csv"), "w", encoding="utf-8") as file:
            done = subprocess.run(command(database, query), stdout=file, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise TablesError(f"psql could not read {name}: {done.stderr.strip()}")


def load_from_folder(evidence, folder):
    for name in QUERIES:
        path = pathlib.Path(folder, f"{name}.csv")
        if path.exists():
            with open(path, newline="", encoding="utf-8") as file:
                load_table(evidence, name, file)


def load_table(evidence, name, lines):
    reader = csv.reader(lines)
    columns = next(reader, None)
    if columns is None:
        return
    types = ", ".join(f"{column} {'TEXT' if column in TEXTS else 'INTEGER'}" for column in columns)
    evidence.db.execute(f"CREATE TABLE {name} ({types})")
    places = ",".join("?" * len(columns))
    evidence.db.execute("BEGIN")
    evidence.db.executemany(
        f"INSERT INTO {name} VALUES ({places})", ([value if value != "" else None for value in row] for row in reader))
    evidence.db.execute("COMMIT")
    evidence.tables.add(name)
