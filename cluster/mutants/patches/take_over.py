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
                "            CASE WHEN is_open THEN deadline ELSE settled_at END AS at\n        FROM entry\n",
                '''            CASE WHEN is_open
                THEN \\(isMutant("charged-at-reservation") ? "reserved_at" : "deadline") ELSE settled_at END AS at
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
                "Sources/SluiceCore/Shard/ShardMachine+Ownership.swift",
                "        for charge in history.charges { charges[charge.capKey",
                '''        for charge in history.charges where !isMutant("amnesic-take-over") {
            charges[charge.capKey'''),
        )),
)
