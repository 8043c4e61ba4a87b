"""How long a node trusts its lease."""

from mutant import Edit, Mutant

MUTANTS = (
    Mutant(
        name="lease-from-answer",
        about="a node trusts its lease from a renewal's answer on, not from its start",
        # The store's own look at fence and lease would refuse what such a node starts.
        base=("fence-predicate-dropped",),
        situation="zombie-renewal",
        expected=("I8",),
        edits=(
            Edit(
                "Sources/SluiceCore/Shard/ShardMachine+Reserving.swift",
                "clock.map { $0.sent + timers.selfFence - limits.leaseMargin }",
                '''clock.map {
            (isMutant("lease-from-answer") ? $0.received : $0.sent) + timers.selfFence - limits.leaseMargin
        }'''),
        )),
    Mutant(
        name="wall-clock-in-window",
        about="the shell gives the machine the wall clock's time",
        situation="clock-step",
        expected=("I5",),
        edits=(
            Edit(
                "Sources/SluiceTelemetry/SystemClock.swift",
                "        MonotonicTime(nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds))",
                '''        if isMutant("wall-clock-in-window") {
            return MonotonicTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        }
        return MonotonicTime(nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds))'''),
        )),
)
