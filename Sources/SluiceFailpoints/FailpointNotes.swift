internal import Glibc

/// Notes of failpoints that acted: one file each, named like the failpoint, which holds who acted and when as a line of
/// JSON.
///
/// A supervisor starts a killed process again with the same settings. The note is what keeps that one, and all others,
/// from dying alike.
struct FailpointNotes {
    let folder: String
    let node: String

    /// Writes the note; false when there is one already, or when it cannot be written. A note appears with its content,
    /// and of several processes exactly one wins.
    func take(_ failpoint: Failpoint) -> Bool {
        let path = folder + "/" + failpoint.name
        guard access(path, F_OK) != 0 else { return false }
        let draft = "\(path).\(getpid()).\(pthread_self())"
        defer { unlink(draft) }
        guard write(to: draft) else {
            writeToStandardError("failpoint \(failpoint.name) does not act: no note can be written to \(folder)")
            return false
        }
        return link(draft, path) == 0
    }

    private func write(to path: String) -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let nanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        let bytes = Array(#"{"node":"\#(node)","pid":\#(getpid()),"at":\#(nanoseconds)}"#.utf8) + [UInt8(ascii: "\n")]
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        guard file >= 0 else { return false }
        defer { close(file) }
        return Glibc.write(file, bytes, bytes.count) == bytes.count
    }
}
