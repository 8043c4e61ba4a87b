internal import Metrics
internal import SluiceCore

/// What a coordinator counts. Made once: making a metric looks it up under a lock.
struct CoordinatorMetrics: Sendable {
    private let claims = Counter(label: "sluice_coordinator_claims_total")
    private let claimed = Counter(label: "sluice_coordinator_claimed_contacts_total")
    private let claimTime = Timer(label: "sluice_coordinator_claim_seconds")
    private let undelivered = Counter(label: "sluice_coordinator_dispatch_failures_total")
    private let ignored = Counter(label: "sluice_coordinator_ignored_messages_total")
    private let enrolled = Counter(label: "sluice_coordinator_intake_rows_total")
    private let completed = Counter(label: "sluice_coordinator_completed_rows_total")
    private let relocated = Counter(label: "sluice_coordinator_relocated_contacts_total")
    private let decided = Counter(label: "sluice_coordinator_decided_branches_total")
    private let leading = Gauge(label: "sluice_coordinator_leading")
    private let lanesDue = Gauge(label: "sluice_coordinator_lanes_due")
    private let devicesGranted = Gauge(label: "sluice_coordinator_devices_granted")

    func noteClaim(contacts: Int, took: Duration) {
        claims.increment()
        claimed.increment(by: Int64(contacts))
        claimTime.recordNanoseconds(took.wholeNanoseconds)
    }

    func noteUndeliveredBatch() { undelivered.increment() }
    func noteIgnored(_ messages: UInt64 = 1) { if messages > 0 { ignored.increment(by: Int64(messages)) } }
    func noteEnrolled(_ rows: Int) { enrolled.increment(by: Int64(rows)) }
    func noteCompleted(_ rows: Int) { completed.increment(by: Int64(rows)) }
    func noteRelocated(_ contacts: Int) { relocated.increment(by: Int64(contacts)) }
    func noteDecided(_ contacts: Int) { decided.increment(by: Int64(contacts)) }
    func showLeading(_ isLeading: Bool) { leading.record(isLeading ? 1 : 0) }
    func showWaiting(_ summary: CoordinatorSummary) {
        lanesDue.record(summary.lanesDue)
        devicesGranted.record(summary.devicesGranted)
    }
}
