import Foundation
import Glibc

/// The account that PostgreSQL runs under: this process's own, or `postgres` when that is root.
enum ServerUser {
    static func dropPrivileges(_ command: [String]) throws -> [String] {
        guard geteuid() == 0 else { return command }
        guard let user = getpwnam("postgres") else {
            throw EphemeralPostgresError("there is no user \"postgres\" to run PostgreSQL as")
        }
        let identity = ["--reuid", "\(user.pointee.pw_uid)", "--regid", "\(user.pointee.pw_gid)", "--clear-groups"]
        return ["/usr/bin/setpriv"] + identity + ["--"] + command
    }

    static func giveOwnership(of folder: String) throws {
        guard geteuid() == 0, let user = getpwnam("postgres") else { return }
        guard chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
            throw EphemeralPostgresError("cannot give \(folder) to the user postgres: errno \(errno)")
        }
    }
}

enum ClusterFolder {
    /// A new folder that the server's user owns and can reach.
    static func make() throws -> String {
        let preferred = FileManager.default.temporaryDirectory.path
        let parent = isReachableByOthers(preferred) ? preferred : "/tmp"
        var template = Array("\(parent)/postgres-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw EphemeralPostgresError("no temporary folder in \(parent): errno \(errno)")
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try ServerUser.giveOwnership(of: folder)
        return folder
    }

    /// Whether every folder on the way may be passed through by any user.
    private static func isReachableByOthers(_ path: String) -> Bool {
        var url = URL(fileURLWithPath: path)
        while true {
            var status = stat()
            guard stat(url.path, &status) == 0, status.st_mode & S_IXOTH != 0 else { return false }
            if url.path == "/" { return true }
            url.deleteLastPathComponent()
        }
    }
}

enum FreePort {
    /// A port that nothing listens on now. Someone may take it before the caller does.
    static func find() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw EphemeralPostgresError("no socket: errno \(errno)") }
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 ? getsockname(descriptor, generic, &length) : -1
            }
        }
        guard status == 0 else { throw EphemeralPostgresError("no free port: errno \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
