import ArgumentParser
import Foundation
import Fuzzing

/// Fuzzes what Sluice reads from outside and prints one line of totals.
///
/// The readers run in a process of their own, so that one that dies is a finding and not the end.
@main
struct FuzzTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-fuzz",
        abstract: "Feeds the readers of the wire, of gateways' answers, settings and requests with hostile input.",
        subcommands: [FuzzRun.self, FuzzWork.self, FuzzReplay.self], defaultSubcommand: FuzzRun.self)
}

struct SubjectOptions: ParsableArguments {
    @Option(help: "Only these, separated by commas: \(FuzzSubject.all.map(\.name).joined(separator: ", ")).")
    var subjects = FuzzSubject.all.map(\.name).joined(separator: ",")

    func selected() throws -> [FuzzSubject] {
        try subjects.split(separator: ",").map { name in
            guard let subject = FuzzSubject.named(String(name)) else { throw ValidationError("no subject \(name)") }
            return subject
        }
    }
}
