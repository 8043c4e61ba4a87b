import FoundationEssentials
import Glibc
import Logging

/// Keeps the processes' logs within a bound: a log that has grown too long becomes `NAME.log.1`, in place of the one
/// before it.
struct LogTrimmer: Sendable {
    var folder: DataFolder
    var logger: Logger
    var byteLimit = 16 << 20

    func run() async {
        // A cancelled sleep ends the loop.
        while (try? await Task.sleep(for: .seconds(5))) != nil { trim() }
    }

    /// Copied and cut rather than renamed, because the process that writes keeps its descriptor. It appends, so it goes
    /// on at the new end; lines written between the copy and the cut are lost, which a log of this kind can bear.
    private func trim() {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: folder.logs)) ?? [] where name.hasSuffix(".log") {
            let path = folder.logs + "/" + name
            var status = stat()
            guard stat(path, &status) == 0, status.st_size > byteLimit else { continue }
            unlink(path + ".1")
            do {
                try files.copyItem(atPath: path, toPath: path + ".1")
            } catch {
                logger.warning("cannot keep a copy of a long log", metadata: ["log": "\(path)", "error": "\(error)"])
            }
            truncate(path, 0)
        }
    }
}
