"""How the limiter counts."""

from mutant import Edit, Mutant

LIMITER = "Sources/SluiceCore/Limits/Limiter.swift"
SENDING = "Sources/SluiceCore/Shard/ShardMachine+Sending.swift"

# A limiter that counts otherwise has room at other instants: it is asked again soon, when it has none.
ASKED_OFTEN = Edit(
    LIMITER, "        var instant = max(latest, fullUntil)\n",
    '''        if isMutant("two-counter-limiter") || isMutant("calendar-day-cap") { return latest + 200_000_000 }
        var instant = max(latest, fullUntil)
''')
# It keeps what a window of another shape still needs.
KEEPS_ALL = Edit(
    LIMITER, "        if oldest > finishes.first {\n",
    '''        if oldest > finishes.first, !isMutant("two-counter-limiter"), !isMutant("calendar-day-cap") {
''')

MUTANTS = (
    Mutant(
        name="limiter-keyed-by-reservation",
        about="an attempt counts in its windows from its reservation on, not from its end on",
        situation="slow-gateway",
        expected=("I5",),
        edits=(
            Edit(
                LIMITER, "        open += 1\n        return true\n",
                '''        open += 1
        if isMutant("limiter-keyed-by-reservation") { charge(latest) }
        return true
'''),
            Edit(
                LIMITER, "        open -= 1\n        charge(latest)\n",
                '''        open -= 1
        if !isMutant("limiter-keyed-by-reservation") { charge(latest) }
'''),
        )),
    Mutant(
        name="unknowns-not-charged",
        about="an attempt of unknown outcome gives its place back",
        situation="errors-after-accepting",
        expected=("I5",),
        edits=(
            Edit(
                LIMITER, "        guard deadline > now else { return finish(at: now) }\n",
                '''        if isMutant("unknowns-not-charged") { return release() }
        guard deadline > now else { return finish(at: now) }
'''),
        )),
    Mutant(
        name="slot-freed-on-timeout",
        about="an attempt of unknown outcome is charged at once, and is open no more",
        situation="hanging-gateway",
        expected=("I7",),
        edits=(
            Edit(
                SENDING,
                "        case .unknown: capKeys[capKey].limiter.unknown(until: reserved.deadline, at: now)\n",
                '''        case .unknown where isMutant("slot-freed-on-timeout"):
            capKeys[capKey].limiter.finish(at: now)
        case .unknown: capKeys[capKey].limiter.unknown(until: reserved.deadline, at: now)
'''),
        )),
    Mutant(
        name="two-counter-limiter",
        about="a window is the present clock hour's count and a share of the last one's",
        situation="window-edges",
        expected=("I5",),
        edits=(
            ASKED_OFTEN, KEEPS_ALL,
            Edit(
                LIMITER, "span.window.limit - held - (finishes.end - span.inside)",
                '''span.window.limit - held
                - (isMutant("two-counter-limiter") ? twoCounters(span) : finishes.end - span.inside)'''),
            Edit(
                LIMITER, "    private var fullUntil: Int64 {\n",
                '''    private func twoCounters(_ span: Span) -> Int {
        let begin = latest - latest % span.length
        let all = (finishes.first..<finishes.end).map { finishes[$0] }
        let present = all.count { $0 >= begin }
        let last = all.count { $0 >= begin - span.length && $0 < begin }
        return present + Int(Double(last) * (1 - Double(latest - begin) / Double(span.length)))
    }

    private var fullUntil: Int64 {
'''),
        )),
    Mutant(
        name="calendar-day-cap",
        about="the longest window begins at midnight",
        situation="window-edges",
        expected=("I6",),
        edits=(
            ASKED_OFTEN, KEEPS_ALL,
            Edit(
                LIMITER, "            let edge = latest.saturatingSubtract(spans[index].length)\n",
                '''            var edge = latest.saturatingSubtract(spans[index].length)
            if isMutant("calendar-day-cap"), spans[index].length == longest { edge = latest - latest % longest }
'''),
        )),
)
