import Glibc

/// Holds a folder for one process. The kernel gives the lock back when the process ends, however it ends.
struct FolderLock: ~Copyable {
    private let descriptor: Int32

    /// - Throws: ``DevError`` when another process holds it.
    init(_ folder: DataFolder) throws(DevError) {
        descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DevError("cannot open \(folder.lock): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            let owner = folder.read(folder.processID).map { " (process \($0.filter(\.isNumber)))" } ?? ""
            throw DevError(
                "another `sluice dev` runs on \(folder.path)\(owner); stop it, or choose another folder with --data")
        }
    }

    deinit { close(descriptor) }
}
