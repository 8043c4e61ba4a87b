internal import SluiceCore
internal import SluiceTelemetry
internal import Synchronization

/// What the node last knew of its own readiness, for the health endpoint.
final class ReadinessBoard: Sendable {
    private struct State {
        var isReady = false
        var isConnected = false
        var trustedUntil: MonotonicTime?
    }

    private let state = Mutex(State())
    private let clock: SystemClock

    init(clock: SystemClock) { self.clock = clock }

    func show(isReady: Bool, isConnected: Bool, trustedUntil: MonotonicTime?) {
        state.withLock { $0 = State(isReady: isReady, isConnected: isConnected, trustedUntil: trustedUntil) }
    }

    var current: Readiness {
        let state = state.withLock { $0 }
        var reasons: [Readiness.Reason] = []
        if state.trustedUntil.map({ $0 <= clock.now() }) ?? true {
            reasons.append(
                .init(code: "lease_not_renewed", detail: "the database was not reached in time: nothing starts"))
        } else if !state.isReady {
            reasons.append(.init(code: "slots_loading", detail: "slots are being taken over"))
        }
        if !state.isConnected {
            reasons.append(.init(code: "nats_unreachable", detail: "working by polling the database"))
        }
        return Readiness(reasons: reasons)
    }
}
