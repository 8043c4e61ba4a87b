/// Runs the real machines of SluiceCore, shards and coordinators, against a simulated store, bus, gateway and clocks on
/// one virtual timeline, and judges what came of it.
///
/// Why: a fault between two effects shows itself once in a thousand runs, and on real processes nobody can run it
/// again. Here a seed fixes every latency, every lost message and every crash, so a run that fails can be repeated,
/// shortened and looked into. One run is a value without tasks and without a wall clock.
///
/// States of a run: the fault phase (faults of a ``FaultSchedule`` begin and end) → healed (nothing fails any more, and
/// progress is demanded) → at rest (every contact is at its end, nothing is open) → judged.
///
/// Invariants: one seed, one schedule, one trace hash; whatever decides, decides by the timeline's order or by the
/// run's own generator, never by a dictionary's order. ``InvariantChecker`` reads the gateway's log and the store's
/// rows and knows nothing of the machines.
///
/// How it fails: a violated invariant is returned in ``RunReport/violations``; a machine's precondition that does not
/// hold ends the process, and the seed was printed before.
///
/// What is not simulated: HTTP and SQL themselves (row locks are an atomic commit at one instant between a statement's
/// start and its answer), intake, operators, and a step of the database's own clock. Wall clocks of other hosts have no
/// part in it, because the machines are not given one.
public enum Simulation {
    /// One run of a seed with the faults that the seed draws.
    public static func run(seed: UInt64, settings: SimulationSettings? = nil) -> RunReport {
        let settings = settings ?? SimulationSettings(seed: seed)
        return run(seed: seed, faults: FaultSchedule(seed: seed, settings: settings), settings: settings)
    }

    /// What happens in a run, in words, for whoever looks into a failure: events, and the actions that follow.
    public static func story(seed: UInt64, faults: FaultSchedule? = nil) -> [String] {
        let settings = SimulationSettings(seed: seed)
        var cluster = Cluster(
            seed: seed, faults: faults ?? FaultSchedule(seed: seed, settings: settings), settings: settings)
        cluster.story = []
        cluster.run()
        return cluster.story ?? []
    }

    /// One run of a seed with other faults than its own: what shrinking does.
    public static func run(
        seed: UInt64, faults: FaultSchedule, settings: SimulationSettings
    ) -> RunReport {
        var cluster = Cluster(seed: seed, faults: faults, settings: settings)
        cluster.run()
        return cluster.report()
    }
}
