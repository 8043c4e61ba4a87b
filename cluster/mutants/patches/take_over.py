"""What a new owner knows of a slot's past."""

from mutant import Edit, Mutant

MUTANTS = (
    Mutant(
        name="charged-at-reservation",
        about="after a take-over, what a dead owner left open counts from its reservation on, not from its deadline on",
        situation="crash-while-open",
        expected=("I5",),
        edits=(
            Edit(
                "Sources/SluiceStore/Shard/TakeOverStatements.swift",
                "            least(CASE WHEN is_open THEN deadline ELSE settled_at END,\n"
                "                (SELECT now FROM since) + CASE WHEN is_open THEN deadline - reserved_at"
                " ELSE interval '0' END) AS at\n        FROM entry\n",
                '''            CASE WHEN is_open THEN \\(isMutant("charged-at-reservation")
                ? "reserved_at" : "least(deadline, (SELECT now FROM since) + (deadline - reserved_at))")
                ELSE least(settled_at, (SELECT now FROM since)) END AS at
        FROM entry
'''),
        )),
    Mutant(
        name="amnesic-take-over",
        about="a new owner begins with empty windows",
        situation="crash-while-open",
        expected=("I5",),
        edits=(
            Edit(
                "Sources/SluiceCore/Shard/ShardMachine+History.swift",
                "        for charge in history.charges { charges[charge.capKey",
                '''        for charge in history.charges where !isMutant("amnesic-take-over") {
            charges[charge.capKey'''),
        )),
)
