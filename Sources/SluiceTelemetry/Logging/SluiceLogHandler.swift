public import Logging

/// The swift-log handler of every Sluice process: masks, renders, writes to standard error.
public struct SluiceLogHandler: LogHandler {
    public var metadata: Logger.Metadata
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level

    private let label: String
    private let renderer: Renderer
    private let write: @Sendable (String) -> Void

    private enum Renderer: Sendable {
        case json
        case text(TextLines)
    }

    /// - Parameters:
    ///   - label: the logger's name, as in `Logger(label:)`.
    ///   - format: how lines look; `auto` asks whether standard error is a terminal.
    ///   - level: lines below it are not written.
    ///   - metadata: on every line, such as `node` and `role`.
    public init(label: String, format: LogFormat, level: Logger.Level, metadata: Logger.Metadata = [:]) {
        let destination = LogDestination.standardError
        let asText = format == .text || (format == .auto && destination.isTerminal)
        self.label = label
        self.metadata = metadata
        logLevel = level
        renderer = asText ? .text(TextLines(colors: destination.isColorTerminal)) : .json
        write = { destination.write($0) }
    }

    /// For tests: the lines go to `write`, without colors.
    init(label: String, asJSON: Bool, level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
        self.label = label
        metadata = [:]
        logLevel = level
        renderer = asJSON ? .json : .text(TextLines(colors: false))
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { _, own in own }
        if let given = event.metadata { all.merge(given) { _, own in own } }
        let line = LogLine(event: event, metadata: all, logger: label, time: SystemClock().unixTime())
        switch renderer {
        case .json: write(JSONLines.render(line))
        case .text(let lines): write(lines.render(line))
        }
    }
}
