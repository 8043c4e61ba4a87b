import Glibc

/// The account that PostgreSQL runs under. It refuses root, so root hands it to `postgres`, or `nobody` where that is
/// missing.
struct ServerAccount: Hashable, Sendable {
    var user: uid_t
    var group: gid_t

    /// Nil when this process is not root: its own account will do.
    static func forServers() throws(DevError) -> ServerAccount? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) {
                return ServerAccount(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
            }
        }
        throw DevError("PostgreSQL does not run as root and there is no user postgres; run as another user")
    }

    /// `setpriv`'s options. The one capability lets the account pass through folders that only root may enter, such as
    /// a folder below `/root` or one that `mktemp -d` made; it gives no right to write.
    var privilegeOptions: [String] {
        [
            "--reuid", "\(user)", "--regid", "\(group)", "--clear-groups",
            "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search",
        ]
    }

    func own(_ path: String) throws(DevError) {
        guard chown(path, user, group) == 0 else {
            throw DevError("cannot give \(path) to PostgreSQL's account: \(String(cString: strerror(errno)))")
        }
    }
}
