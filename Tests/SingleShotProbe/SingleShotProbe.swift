import ArgumentParser

/// The two ends of a path that a test cuts, each a process of its own: a client can then be killed or stopped as a
/// shard node is, and each end can live on another host.
///
/// Both are told what to do by lines on their standard input, say what happened by lines on their standard output, and
/// end with their input, so that none outlives its test.
@main
struct SingleShotProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-single-shot-probe", abstract: "A client and a server for tests of cut network paths.",
        subcommands: [SendCommand.self, ReceiveCommand.self])
}
