"""Plain SQL from the operator's host, through psql."""

OPERATOR = "operator"


class Database:
    """A session of its own for each text: the database may have died in between."""

    def __init__(self, cluster):
        self.cluster = cluster

    @property
    def url(self):
        return self.cluster.facts["database_url"]

    def run(self, sql, timeout=10.0):
        """What psql prints, unaligned and without headers. In time or not at all."""
        limit = int(timeout * 1000)
        return self.cluster.inside(
            OPERATOR, "env", "PGCONNECT_TIMEOUT=3", f"PGOPTIONS=-c statement_timeout={limit}", "psql",
            "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--file=-", self.url,
            stdin=sql, timeout=timeout + 4)

    def number(self, sql):
        return int(self.run(f"SELECT ({sql})::bigint"))
