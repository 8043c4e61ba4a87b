internal import Glibc

/// A password in a file of its own, read anew for each session, so that a changed one holds without a restart.
///
/// Why not libpq's `passfile`: libpq passes a file by, with a warning, that its group may read. A credential that systemd
/// hands to a service by an access list looks like that (mode 0440), although nobody else can read it. Who is neither
/// owner, group nor on the list must not be able to: such a file is refused here too.
enum PasswordFile {
    private static let longest = 4_096

    /// The first line.
    /// - Throws: ``PostgresError`` of kind `invalidConfiguration`; its text repeats nothing of the file.
    static func read(_ path: String) throws(PostgresError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw invalid(path, "cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw invalid(path, "is no file")
        }
        guard status.st_mode & S_IRWXO == 0 else {
            throw invalid(path, "may be read or written by everybody: chmod o= it")
        }
        var bytes = [UInt8](repeating: 0, count: longest)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        let line = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard !line.isEmpty, line.count < longest, !line.contains(0) else {
            throw invalid(path, "does not begin with a password on a line of its own")
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static func invalid(_ path: String, _ what: String) -> PostgresError {
        PostgresError(.invalidConfiguration, "the password file \(path) \(what)")
    }
}
