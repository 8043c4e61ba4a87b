import SluiceOperations
import UnixSignals

/// Looks at the cluster again and again until SIGINT or SIGTERM: on a terminal in place, elsewhere one status after the
/// other.
///
/// One task alone writes; a new look, a new width and the end reach it as events, in order.
struct StatusWatch {
    let isJSON: Bool

    private static let lookEvery: Duration = .seconds(2)
    /// A resize by hand is a burst of signals, of which the newest are enough.
    private static let mostEvents = 16

    private enum Event: Sendable {
        case looked(StatusReport)
        case resized
        case stopped
    }

    /// Returns what the last look found, nil when it was stopped before the first one.
    func run(_ reader: StatusReader) async throws -> ClusterHealth? {
        // Before the screen is taken: a signal must not end this process while the screen is.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sigwinch, .sigcont)
        guard Terminal.isTerminal, !isJSON else {
            return try await follow(reader, signals) { report, _ in
                Terminal.write(
                    isJSON
                        ? try JSONText.compact(report) + "\n"
                        : StatusText.render(report, width: Terminal.size.columns) + "\n")
            }
        }
        return try await Terminal.withScreen {
            try await follow(reader, signals) { report, isRepeated in
                Terminal.replaceScreen(
                    with: StatusText.render(report, width: Terminal.size.columns), clearing: isRepeated)
            }
        }
    }

    /// - Parameter show: called with each report, and on a terminal again with the same one when the terminal changed.
    private func follow(
        _ reader: StatusReader, _ signals: UnixSignalsSequence,
        show: (_ report: StatusReport, _ isRepeated: Bool) throws -> Void
    ) async throws -> ClusterHealth? {
        let (events, source) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(Self.mostEvents))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals {
                    source.yield(signal == .sigint || signal == .sigterm ? .stopped : .resized)
                }
            }
            group.addTask {
                var reader = reader
                while true {
                    source.yield(.looked(await reader.read()))
                    try await Task.sleep(for: Self.lookEvery)
                }
            }
            // Whichever way the loop is left; what the two tasks throw then is their cancellation.
            defer { group.cancelAll() }
            var last: StatusReport?
            for await event in events {
                switch event {
                case .looked(let report):
                    last = report
                    try show(report, false)
                case .resized:
                    if let last, Terminal.isTerminal { try show(last, true) }
                case .stopped:
                    return last?.health
                }
            }
            return last?.health
        }
    }
}
