"""What a shard asks of a batch."""

from mutant import Edit, Mutant

MUTANTS = (
    Mutant(
        name="batch-without-epoch",
        about="a shard takes a batch of an earlier ownership of its slot",
        # Each of the two looks at the epoch refuses what the other one lets pass.
        base=("store-epoch-dropped",),
        situation="stale-batch",
        expected=("I8",),
        edits=(
            Edit(
                "Sources/SluiceCore/Shard/ShardMachine+Intake.swift",
                "slot.ownership?.epoch == claim.epoch,\n            let index",
                'slot.ownership?.epoch == claim.epoch || isMutant("batch-without-epoch"),\n            let index'),
        )),
    Mutant(
        name="store-epoch-dropped",
        about="a reserve does not look at the epoch of its slot",
        situation="",
        expected=(),
        is_base_only=True,
        edits=(
            Edit(
                "Sources/SluiceStore/Shard/ReserveStatement.swift",
                "AND s.epoch = r.epoch AND s.owner IS NOT DISTINCT FROM $1",
                '''\\(isMutant("store-epoch-dropped")
                ? "" : "AND s.epoch = r.epoch AND s.owner IS NOT DISTINCT FROM $1")'''),
        )),
)
