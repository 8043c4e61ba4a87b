internal import Glibc
internal import RequestLog

/// The request log could not be opened or written. The simulator stops: an answer without its line would be a lie.
public struct LogFileError: Error, CustomStringConvertible {
    public var path: String
    public var operation: String
    public var errorNumber: Int32

    public var description: String {
        "cannot \(operation) request log \(path): \(String(cString: strerror(errorNumber)))"
    }
}

/// The log as an open file. Every call blocks; the descriptor is used by one thread at a time (`LogWriter` sees to it).
struct LogFile: Sendable {
    let path: String
    /// False for a device such as /dev/null: it has no past to continue and nothing to sync.
    let isRegular: Bool
    private let descriptor: Int32
    private let syncs: Bool

    init(path: String, syncs: Bool) throws(LogFileError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        self.path = path
        var status = stat()
        isRegular = descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        self.syncs = syncs && isRegular
        guard descriptor >= 0 else { throw failure("open") }
    }

    /// Cuts the file to its complete lines: what a dead process had half written was never answered.
    func cut(to length: Int64) throws(LogFileError) {
        guard ftruncate(descriptor, Int(length)) == 0 else { throw failure("cut") }
    }

    /// Writes all of `bytes` and, if the log is synced, returns only when the disk holds them.
    func commit(_ bytes: [UInt8]) throws(LogFileError) {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + start, $0.count - start) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            start += count
        }
        guard !syncs || fdatasync(descriptor) == 0 else { throw failure("sync") }
    }

    func shut() { close(descriptor) }

    private func failure(_ operation: String) -> LogFileError {
        LogFileError(path: path, operation: operation, errorNumber: errno)
    }
}
