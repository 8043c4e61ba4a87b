internal import NIOCore

/// A simulator that takes requests.
public struct RunningSimulator: Sendable {
    public let host: String
    public let port: Int
    public let logPath: String
    private let channel: any Channel

    init(host: String, port: Int, logPath: String, channel: any Channel) {
        self.host = host
        self.port = port
        self.logPath = logPath
        self.channel = channel
    }

    /// `http://127.0.0.1:PORT`
    public var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Takes no more connections from now on and lets `untilStopped()` return.
    public func stop() { channel.close(promise: nil) }

    /// Returns after `stop()`, when the surrounding task is cancelled, or when the log cannot be written.
    public func untilStopped() async throws {
        try await withTaskCancellationHandler {
            try await channel.closeFuture.get()
        } onCancel: {
            stop()
        }
    }
}
