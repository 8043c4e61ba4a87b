import Subprocess
import SystemPackage

/// One process of the cluster: what to start, and how to stop it.
struct ChildProcess: Sendable {
    /// Names its log and its record: `shard-1`.
    var name: String
    var executable: String
    var arguments: [String]
    /// Set beside this process's own environment.
    var environment: [String: String] = [:]
    var account: ServerAccount?
    var stopSignal: Signal = .terminate
    /// How long it may take to stop before it is killed.
    var stopDeadline: Duration = .seconds(10)
    /// What the kernel sends it when this process dies.
    var orphanSignal = OrphanSignal.kill

    enum OrphanSignal: String { case kill = "KILL", interrupt = "INT" }

    /// How a process ended, in words.
    typealias Ending = String

    /// Starts the process and returns when it has ended. When the task is cancelled the process is stopped.
    ///
    /// `setpriv` between us and the program asks the kernel for the death signal. The signal is sent when the *thread*
    /// that forked dies; swift-subprocess forks on one thread of its own that lives as long as the process.
    func run(in folder: DataFolder, started: @Sendable (pid_t) -> Void = { _ in }) async throws -> Ending {
        let log = try FileDescriptor.open(
            FilePath(folder.log(of: name)), .writeOnly, options: [.append, .create, .closeOnExec],
            permissions: [.ownerReadWrite])
        var options = PlatformOptions()
        // A Ctrl-C at the terminal goes to the foreground group; the order of stopping is ours to keep.
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: stopSignal, allowedDurationToNextStep: stopDeadline)]
        let changes = Dictionary(
            uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), Optional($1)) })
        let result = try await Subprocess.run(
            .name("setpriv"), arguments: Arguments(wrapperArguments + [executable] + arguments),
            environment: .inherit.updating(changes), workingDirectory: FilePath(folder.path), platformOptions: options,
            input: .none, output: .fileDescriptor(log, closeAfterSpawningProcess: true), error: .combinedWithOutput
        ) { execution in
            let record = ProcessRecord(of: execution.processIdentifier.value)
            try record?.save(as: name, in: folder)
            started(execution.processIdentifier.value)
        }
        ProcessRecord.remove(name, from: folder)
        return result.terminationStatus.description
    }

    private var wrapperArguments: [String] {
        (account?.privilegeOptions ?? []) + ["--pdeathsig", orphanSignal.rawValue, "--"]
    }
}
