"""What keeps a node that was fenced from reserving."""

from mutant import Edit, Mutant

RESERVE = "Sources/SluiceStore/Shard/ReserveStatement.swift"

MUTANTS = (
    Mutant(
        name="fence-predicate-dropped",
        about="a reserve looks neither whether its node's fence is closed nor whether its lease has run out",
        situation="zombie-reserve",
        expected=("I8",),
        edits=(
            Edit(
                RESERVE, "AND f.closed_at IS NULL AND f.reserves_from <= statement_timestamp()",
                '''\\(isMutant("fence-predicate-dropped")
                ? "" : "AND f.closed_at IS NULL AND f.reserves_from <= statement_timestamp()")'''),
            Edit(
                RESERVE, "USING (incarnation) WHERE l.expires_at > clock_timestamp()",
                '''USING (incarnation)
            WHERE \\(isMutant("fence-predicate-dropped") ? "true" : "l.expires_at > clock_timestamp()")'''),
        )),
    Mutant(
        name="key-share-for-share",
        about="a reserve locks its fence FOR KEY SHARE, for which the closing of the fence does not wait",
        # The leader locks the fences FOR UPDATE before it closes them, which waits for KEY SHARE as well.
        base=("fence-locked-by-update",),
        situation="fence-waits",
        expected=("I1", "I12", "I14"),
        edits=(
            Edit(
                RESERVE, " FOR SHARE\n", ''' \\(isMutant("key-share-for-share") ? "FOR KEY SHARE" : "FOR SHARE")\n'''),
        )),
    Mutant(
        name="fence-locked-by-update",
        about="the leader locks a fence no further than closing it does by itself",
        situation="",
        expected=(),
        is_base_only=True,
        edits=(
            Edit(
                "Sources/SluiceStore/Coordinator/PostgresCoordinatorStore.swift",
                "ORDER BY incarnation FOR UPDATE\n                ), fenced AS (",
                '''ORDER BY incarnation
                    \\(isMutant("fence-locked-by-update") ? "FOR NO KEY UPDATE" : "FOR UPDATE")
                ), fenced AS ('''),
        )),
)
