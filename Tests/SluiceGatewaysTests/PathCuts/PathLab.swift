import Foundation

/// Two hosts and the path between them, made of network namespaces:
///
///     client 10.99.1.2 ── 10.99.1.1 path 10.99.2.1 ── 10.99.2.2 server
///
/// The path drops what goes to or comes from the server's ports that are cut. It is cut in the middle, where neither
/// end's kernel learns of it, as when a cable or a router fails.
struct PathLab: Sendable {
    enum Cut: String, CaseIterable, Sendable {
        case both, outward, inward

        fileprivate var sets: [String] { self == .both ? ["outward", "inward"] : [rawValue] }
    }

    /// A TCP connection as the client's kernel has it.
    struct Socket: Sendable {
        var state: String
        /// Bytes that the kernel would still deliver.
        var unacknowledged: Int
        /// The server's.
        var port: Int
    }

    static let serverAddress = "10.99.2.2"
    private static let prefix = "sluice-path-"

    /// Why there can be no lab here. Nil: there can.
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "needs root for network namespaces" }
        let trial = prefix + "\(getpid())-trial"
        do {
            try ShellCommand.run(
                """
                ip netns add \(trial); trap 'ip netns del \(trial)' EXIT
                ip netns exec \(trial) nft add table inet trial
                """)
            return nil
        } catch {
            return "needs network namespaces, iproute2 and nftables: \(error)"
        }
    }()

    private let name = prefix + "\(getpid())"
    private var client: String { name + "-client" }
    private var path: String { name + "-path" }
    private var server: String { name + "-server" }

    /// Makes the hosts. Those of test processes that were killed are removed.
    init() throws {
        try Self.sweep()
        let (client, path, server) = (self.client, self.path, self.server)
        try ShellCommand.run(
            """
            for host in \(client) \(path) \(server); do ip netns add $host; ip -n $host link set lo up; done
            ip link add left netns \(client) type veth peer name left netns \(path)
            ip link add right netns \(server) type veth peer name right netns \(path)
            ip -n \(client) addr add 10.99.1.2/24 dev left; ip -n \(client) link set left up
            ip -n \(path) addr add 10.99.1.1/24 dev left; ip -n \(path) link set left up
            ip -n \(path) addr add 10.99.2.1/24 dev right; ip -n \(path) link set right up
            ip -n \(server) addr add \(Self.serverAddress)/24 dev right; ip -n \(server) link set right up
            ip -n \(server) route add default via 10.99.2.1
            ip netns exec \(path) sysctl -qw net.ipv4.ip_forward=1
            ip netns exec \(path) nft '
                table inet path {
                    set outward { type inet_service; }
                    set inward { type inet_service; }
                    chain forward {
                        type filter hook forward priority 0;
                        tcp dport @outward drop
                        tcp sport @inward drop
                    }
                }'
            """)
        // A kernel that repeats itself every second at the latest and never loses heart: what it holds on to would
        // arrive within a second of any heal. By default it waits twice as long each time, and a test of minutes
        // would miss what arrives after the next pause. The first pause of 450 ms stands for a path of 150 ms.
        try ShellCommand.run(
            """
            ip -n \(client) route add default via 10.99.1.1 rto_min 450ms
            ip netns exec \(client) sysctl -qw net.ipv4.tcp_retries2=255 net.ipv4.tcp_orphan_retries=255
            ip netns exec \(client) sh -c 'cd /proc/sys/net/ipv4; [ ! -e tcp_rto_max_ms ] || echo 1000 >tcp_rto_max_ms'
            """)
    }

    func remove() throws { try Self.remove(name) }

    var clientCommand: [String] { ["/usr/bin/env", "ip", "netns", "exec", client] }
    var serverCommand: [String] { ["/usr/bin/env", "ip", "netns", "exec", server] }

    func cut(_ cuts: [Int: Cut]) throws { try change("add", cuts) }
    func heal(_ cuts: [Int: Cut]) throws { try change("delete", cuts) }

    /// The client's connections that are not over.
    func sockets() throws -> [Socket] {
        try ShellCommand.run("ip netns exec \(client) ss -Htan").split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            guard columns.count >= 5, columns[0] != "TIME-WAIT", let queued = Int(columns[2]),
                let port = columns[4].split(separator: ":").last.flatMap({ Int($0) })
            else { return nil }
            return Socket(state: String(columns[0]), unacknowledged: queued, port: port)
        }
    }

    private func change(_ verb: String, _ cuts: [Int: Cut]) throws {
        var ports: [String: [Int]] = [:]
        for (port, cut) in cuts { for set in cut.sets { ports[set, default: []].append(port) } }
        let changes = ports.map { set, ports in
            "\(verb) element inet path \(set) { \(ports.map(String.init).joined(separator: ", ")) }"
        }
        // All of it in one transaction of the kernel's.
        try ShellCommand.run("ip netns exec \(path) nft '\(changes.joined(separator: "; "))'")
    }

    private static func sweep() throws {
        let hosts = try ShellCommand.run("ip netns list 2>/dev/null").split(separator: "\n")
        let processes = hosts.compactMap { host -> Substring? in
            let parts = host.prefix { $0 != " " }.split(separator: "-")
            return parts.count == 4 && host.hasPrefix(prefix) ? parts[2] : nil
        }
        for process in Set(processes) where kill(Int32(process) ?? 0, 0) != 0 { try remove(prefix + process) }
    }

    private static func remove(_ name: String) throws {
        try ShellCommand.run(
            """
            for host in $(ip netns list 2>/dev/null | awk '{ print $1 }' | grep -x '\(name)-[a-z]*'); do
                ip netns pids $host | xargs -r kill -9
                ip netns del $host
            done
            """)
    }
}
