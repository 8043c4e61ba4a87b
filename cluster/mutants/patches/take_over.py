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
                "Sources/SluiceStore/Shard/LedgerReading.swift",
                "array_agg(least(deadline, $2::timestamptz + (deadline - reserved_at)))",
                """array_agg(\\(isMutant("charged-at-reservation")
                ? "reserved_at" : "least(deadline, $2::timestamptz + (deadline - reserved_at))"))"""),
        )),
    Mutant(
        name="amnesic-take-over",
        about="a new owner begins with empty windows",
        situation="crash-while-open",
        expected=("I5",),
        edits=(
            Edit(
                "Sources/SluiceCore/Shard/ShardMachine+History.swift",
                "Dictionary(grouping: history.charges.keys, by: \\.capKey)",
                'isMutant("amnesic-take-over") ? [:] : Dictionary(grouping: history.charges.keys, by: \\.capKey)'),
        )),
)
