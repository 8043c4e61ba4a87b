internal import Glibc

/// The log could not be read.
public struct RequestLogReadError: Error, CustomStringConvertible {
    public var path: String
    public var errorNumber: Int32

    public var description: String { "cannot read request log \(path): \(String(cString: strerror(errorNumber)))" }
}

/// What a pass over the log met besides its entries.
public struct RequestLogPass: Sendable, Equatable {
    /// Well-formed entries delivered.
    public var entries = 0
    /// Complete lines that are no entry.
    public var malformedLines = 0
    /// Bytes after the last newline: a line the writer had not finished.
    public var tornBytes = 0
    /// Where the next pass continues: the byte after the last complete line.
    public var nextOffset: Int64 = 0
}

/// Reads a request log from front to back, in chunks, one entry at a time.
///
/// The calls block on file reads: use a thread of your own, not the cooperative pool, for a large log.
public struct RequestLogReader: Sendable {
    /// Longest line taken, in bytes. A longer run without a newline is counted as malformed and skipped.
    public static let longestLine = 64 * 1024
    private static let chunk = 1 << 20

    public let path: String

    public init(path: String) { self.path = path }

    /// Calls `body` with every complete entry from byte `offset` on, in file order. An unfinished last line is left for
    /// a later pass from `nextOffset`, so a growing log can be followed.
    ///
    /// - Throws: `RequestLogReadError`, or what `body` throws.
    public func read(from offset: Int64 = 0, _ body: (RequestLogEntry) throws -> Void) throws -> RequestLogPass {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw RequestLogReadError(path: path, errorNumber: errno) }
        defer { close(file) }

        var pass = RequestLogPass(nextOffset: offset)
        var buffer = [UInt8](repeating: 0, count: Self.chunk + Self.longestLine)
        var held = 0
        var skipping = false
        while true {
            let count = try fill(&buffer, at: held, file, from: pass.nextOffset + Int64(held))
            if count == 0 { break }
            held += count
            let used = try buffer.withUnsafeBufferPointer { bytes in
                try deliver(UnsafeBufferPointer(rebasing: bytes[..<held]), &pass, &skipping, body)
            }
            pass.nextOffset += Int64(used)
            held -= used
            if held > Self.longestLine {
                // No newline within the longest line: drop what is held and go on behind the next newline.
                pass.nextOffset += Int64(held)
                held = 0
                skipping = true
            } else if held > 0, used > 0 {
                buffer.withUnsafeMutableBufferPointer { bytes in
                    let kept = UnsafeMutableBufferPointer(rebasing: bytes[used..<(used + held)])
                    _ = UnsafeMutableBufferPointer(rebasing: bytes[..<held]).update(fromContentsOf: kept)
                }
            }
        }
        pass.tornBytes = held
        return pass
    }

    /// Every entry of the log in memory: for tests and small logs.
    public func entries() throws -> [RequestLogEntry] {
        var entries: [RequestLogEntry] = []
        _ = try read { entries.append($0) }
        return entries
    }

    /// The next bytes of the file at `start` in the buffer; 0 at its end.
    private func fill(
        _ buffer: inout [UInt8], at start: Int, _ file: Int32, from offset: Int64
    ) throws -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                pread(file, bytes.baseAddress! + start, min(Self.chunk, bytes.count - start), Int(offset))
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw RequestLogReadError(path: path, errorNumber: errno) }
        }
    }

    /// Delivers the complete lines in `bytes` and returns how many bytes they take.
    private func deliver(
        _ bytes: UnsafeBufferPointer<UInt8>, _ pass: inout RequestLogPass, _ skipping: inout Bool,
        _ body: (RequestLogEntry) throws -> Void
    ) throws -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var start = 0
        while start < bytes.count, let found = memchr(base + start, 0x0A, bytes.count - start) {
            let end = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
            defer { start = end + 1 }
            if skipping || end == start {
                pass.malformedLines += 1
                skipping = false
                continue
            }
            guard let entry = Self.entry(UnsafeBufferPointer(rebasing: bytes[start..<end])) else {
                pass.malformedLines += 1
                continue
            }
            pass.entries += 1
            try body(entry)
        }
        return start
    }

    private static func entry(_ line: UnsafeBufferPointer<UInt8>) -> RequestLogEntry? {
        // Why a line is malformed does not matter to a pass: it counts them, and the verdict refuses a log that has
        // any.
        try? RequestLogEntry(line: line)
    }
}
