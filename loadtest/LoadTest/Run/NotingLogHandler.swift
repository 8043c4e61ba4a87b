internal import Logging

/// Turns what the cluster's supervisor warns of (a process that died, a full disk) into notes of the run.
struct NotingLogHandler: LogHandler {
    let note: @Sendable (String) -> Void
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    init(note: @escaping @Sendable (String) -> Void) { self.note = note }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        note("\(event.message)" + (details.isEmpty ? "" : ": " + details.joined(separator: ", ")))
    }
}
