import Foundation
import SluiceCore
import TestSupport
import Testing

/// All cases at once in one lab: a client process for each fate, and a server.
struct PathCutRun {
    struct Arrival: Sendable {
        var port: Int
        var at: MonotonicTime
        var key: String
    }

    private let lab: PathLab
    private let server: ProbeProcess
    private let clients: [PathCutCase.Fate: ProbeProcess]
    private let controls: [DelayedControl]
    private let cases = PathCutCase.all

    // Set as the run goes.
    private(set) var firedAt: [Int: MonotonicTime] = [:]
    private(set) var struckAt = MonotonicTime(nanoseconds: 0)
    private var start = MonotonicTime(nanoseconds: 0)

    init(lab: PathLab) async throws {
        self.lab = lab
        let heals: [Duration] = [.seconds(5), .seconds(15), .seconds(60)]
        let ports = cases.count + heals.count
        server = try ProbeProcess(
            lab.serverCommand + [
                ProbeProcess.program, "receive", "--address", PathLab.serverAddress, "--first-port",
                "\(PathCutCase.firstPort)", "--ports", "\(ports)",
            ])
        let timeout = PathCutCase.httpTimeout / .milliseconds(1)
        let send = [
            ProbeProcess.program, "send", "--address", PathLab.serverAddress, "--http-timeout", "\(Int(timeout))",
        ]
        clients = try Dictionary(
            uniqueKeysWithValues: PathCutCase.Fate.allCases.map { ($0, try ProbeProcess(lab.clientCommand + send)) })
        let server = server
        try await eventually("the server to listen", within: .seconds(20)) { !server.lines.isEmpty }
        controls = try zip(heals, (PathCutCase.firstPort + cases.count)...).map { heal, port in
            try DelayedControl(port: port, heal: heal, lab: lab)
        }
    }

    func end() {
        for process in [server] + clients.values + controls.map(\.process) { process.end() }
    }

    /// The run itself, about 65 s. What happened in it is judged afterwards.
    mutating func run() async throws {
        try await warmUp()
        try cutAndFireThoseThatArrive()
        try await waitForTheArrived()
        try lab.cut(cuts { $0.moment == .afterArrival })
        try server.tell(cases.filter { $0.moment == .afterArrival }.map { "answer \($0.port)" })
        start = monotonicNow()
        try fire { $0.moment != .afterArrival }
        for control in controls { try control.process.tell(["write"]) }
        try await waitForTheWritten()
        strike()
        for heal in PathCutCase.heals {
            try await sleep(until: heal)
            try lab.heal(cuts { $0.heal == heal }.merging(controlCuts { $0.heal == heal }) { cut, _ in cut })
            if heal == .milliseconds(1_500) { try await checkThatNothingIsHeld() }
            if heal == .seconds(15) {
                try await sleep(until: .seconds(20))
                clients[.stopped]?.signal(SIGCONT)
            }
        }
        try fireAfterwards()
        try await sleep(until: PathCutCase.heals.last! + .seconds(4))
    }

    /// What the server has read to its end.
    var arrivals: [Arrival] {
        server.lines.compactMap { words in
            guard words.count == 3, let port = Int(words[0]), let nanoseconds = Int64(words[1]) else { return nil }
            return Arrival(port: port, at: MonotonicTime(nanoseconds: nanoseconds), key: String(words[2]))
        }
    }

    /// What a client concluded of a message. Nil: it was not there any more.
    func outcome(_ number: Int, of fate: PathCutCase.Fate) -> String? {
        clients[fate]?.lines.first { $0.first.flatMap { Int($0) } == number }?.dropFirst(2).joined(separator: " ")
    }

    /// The controls whose request did not arrive, or not late: with them the lab would prove nothing.
    var silentControls: [DelayedControl] {
        let arrived = arrivals
        return controls.filter { control in
            !arrived.contains { $0.port == control.port && $0.at > start + control.heal }
        }
    }
}

// MARK: Steps

extension PathCutRun {
    private func warmUp() async throws {
        for (fate, client) in clients {
            let warm = cases.filter { $0.fate == fate && $0.moment != .beforeConnect }
            try client.tell(warm.map { "\($0.dialect.rawValue) \($0.port) \($0.warmUp)" })
            try await eventually("the connections of those that are \(fate.rawValue)", within: .seconds(20)) {
                client.lines.count == warm.count
            }
        }
        for control in controls {
            try await eventually("the control's connection") { !control.process.lines.isEmpty }
        }
    }

    private mutating func cutAndFireThoseThatArrive() throws {
        try server.tell(cases.filter { $0.moment == .afterArrival }.map { "hold \($0.port)" })
        try lab.cut(cuts { $0.moment != .afterArrival }.merging(controlCuts { _ in true }) { cut, _ in cut })
        try fire { $0.moment == .afterArrival }
    }

    private func waitForTheArrived() async throws {
        let awaited = Set(cases.filter { $0.moment == .afterArrival }.map { SampleKey.of($0.judged) })
        let server = server
        try await eventually("the requests that are to arrive") {
            awaited.isSubset(of: Set(server.lines.compactMap { $0.last.map(String.init) }))
        }
    }

    /// Until the kernel has what cannot arrive.
    private func waitForTheWritten() async throws {
        let awaited = Set(
            cases.filter { $0.moment == .beforeWrite && $0.cut != .inward }.map(\.port) + controls.map(\.port))
        let lab = lab
        try await eventually("the requests in the kernel's hands") {
            awaited.isSubset(of: Set(try lab.sockets().filter { $0.unacknowledged > 0 }.map(\.port)))
        }
    }

    private mutating func strike() {
        clients[.killed]?.signal(SIGKILL)
        for control in controls { control.process.signal(SIGKILL) }
        clients[.stopped]?.signal(SIGSTOP)
        struckAt = monotonicNow()
    }

    /// After T_http no kernel may hold anything that it could still deliver, whoever lives. This is the proof; that
    /// nothing arrives later only confirms it.
    private func checkThatNothingIsHeld() async throws {
        try await sleep(until: PathCutCase.httpTimeout + .milliseconds(600))
        let ports = Set(cases.map(\.port))
        // What is only connecting has no request to deliver.
        let held = try lab.sockets().filter {
            ports.contains($0.port) && $0.unacknowledged > 0 && $0.state != "SYN-SENT"
        }
        #expect(held.isEmpty, "the client's kernel holds \(held.count) requests after T_http")
        #expect(try lab.sockets().count { !ports.contains($0.port) } == controls.count)
    }

    private mutating func fire(_ isFired: (PathCutCase) -> Bool) throws {
        for (fate, client) in clients {
            let fired = cases.filter { $0.fate == fate && isFired($0) }
            for one in fired { firedAt[one.port] = monotonicNow() }
            try client.tell(fired.map { "\($0.dialect.rawValue) \($0.port) \($0.judged)" })
        }
    }

    /// One more message on each path, after its heal: the client works on.
    private func fireAfterwards() throws {
        let alive = cases.filter { $0.fate == .livesOn }
        try clients[.livesOn]?.tell(alive.map { "\($0.dialect.rawValue) \($0.port) \($0.afterwards)" })
    }

    private func sleep(until instant: Duration) async throws {
        try await Task.sleep(for: max(.zero, start + instant - monotonicNow()))
    }

    private func cuts(_ isMeant: (PathCutCase) -> Bool) -> [Int: PathLab.Cut] {
        Dictionary(uniqueKeysWithValues: cases.filter(isMeant).map { ($0.port, $0.cut) })
    }

    private func controlCuts(_ isMeant: (DelayedControl) -> Bool) -> [Int: PathLab.Cut] {
        Dictionary(uniqueKeysWithValues: controls.filter(isMeant).map { ($0.port, .both) })
    }
}

/// The message id that travels with a test's message.
enum SampleKey {
    static func of(_ number: Int) -> String { makeReservation(contact: makeContact(number)).message.description }
}

/// A sender without Sluice's care, killed like the others: its kernel delivers when the path heals.
struct DelayedControl: Sendable {
    let port: Int
    let heal: Duration
    let process: ProbeProcess

    init(port: Int, heal: Duration, lab: PathLab) throws {
        self.port = port
        self.heal = heal
        let script = #"""
            exec 3<>/dev/tcp/\#(PathLab.serverAddress)/\#(port); echo connected; read -r line
            printf 'POST / HTTP/1.1\r\nX-Sluice-Key: control\r\nContent-Length: 0\r\n\r\n' >&3; read -r line
            """#
        process = try ProbeProcess(lab.clientCommand + ["bash", "-c", script])
    }
}
