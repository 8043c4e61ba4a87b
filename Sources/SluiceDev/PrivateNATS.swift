import Glibc

/// A nats-server of the cluster's own. JetStream stays off: PostgreSQL is the truth and NATS only carries.
struct PrivateNATS: Sendable {
    private let program: String
    private let port: Int

    init(port: Int) throws(DevError) {
        let paths = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"]
        guard let program = paths.first(where: { access($0, X_OK) == 0 }) else {
            throw DevError("nats-server is missing; run scripts/bootstrap or `apt-get install nats-server`")
        }
        self.program = program
        self.port = port
    }

    var url: String { "nats://127.0.0.1:\(port)" }

    var process: ChildProcess {
        ChildProcess(name: "nats", executable: program, arguments: ["-a", "127.0.0.1", "-p", "\(port)"])
    }

    func isReady() -> Bool { LocalPort.isAccepting(port) }
}
