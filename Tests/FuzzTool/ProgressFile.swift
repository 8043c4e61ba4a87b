import Foundation

/// How far a worker is: three numbers in a file that supervisor and worker have mapped, so that they outlive a worker
/// that dies in the midst of an input.
///
/// The worker alone writes while it lives, the supervisor afterwards; in between it only watches whether `next` moves.
struct ProgressFile {
    let path: String
    private let numbers: UnsafeMutablePointer<UInt64>

    static func create() throws -> ProgressFile {
        let path = FileManager.default.temporaryDirectory.appending(path: "sluice-fuzz-\(getpid())").path
        try Data(count: 24).write(to: URL(filePath: path))
        return try open(path)
    }

    static func open(_ path: String) throws -> ProgressFile {
        let file = Foundation.open(path, O_RDWR)
        guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(file) }
        guard let memory = mmap(nil, 24, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        return ProgressFile(path: path, numbers: memory.assumingMemoryBound(to: UInt64.self))
    }

    /// The input that is being fed, or comes next.
    var next: UInt64 {
        get { numbers[0] }
        nonmutating set { numbers[0] = newValue }
    }

    /// Inputs that their reader took.
    var accepted: UInt64 {
        get { numbers[1] }
        nonmutating set { numbers[1] = newValue }
    }

    var peakMegabytes: UInt64 {
        get { numbers[2] }
        nonmutating set { numbers[2] = newValue }
    }

    func remove() { unlink(path) }
}
