/// When a process that died is started again: at once after a long life, then at intervals that double, and not for
/// ever.
struct RestartPolicy: Sendable {
    /// A process that lived this long had started well: its death counts as the first.
    var goodLife: Duration = .seconds(10)
    var firstDelay: Duration = .milliseconds(200)
    var longestDelay: Duration = .seconds(5)
    /// Deaths in a row, each after a short life, that make it hopeless: about a minute of trying.
    var attempts = 15

    private var deaths = 0

    init() {}

    /// How long to wait before the next start; nil: give up.
    mutating func delay(afterLife life: Duration) -> Duration? {
        deaths = life >= goodLife ? 1 : deaths + 1
        guard deaths <= attempts else { return nil }
        let doublings = min(deaths - 1, 16)
        return min(firstDelay * (1 << doublings), longestDelay)
    }
}
