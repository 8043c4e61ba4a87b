internal import Dispatch
internal import Glibc

/// Calls back on SIGTERM and SIGINT instead of dying, until cancelled.
struct TerminationSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ terminate: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "termination signals")
        sources = [SIGTERM, SIGINT].map { number in
            // Ignored for the process: the source is told all the same.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler(handler: DispatchWorkItem(block: terminate))
            source.resume()
            return source
        }
    }

    func cancel() {
        for source in sources { source.cancel() }
        for number in [SIGTERM, SIGINT] { signal(number, SIG_DFL) }
    }
}
