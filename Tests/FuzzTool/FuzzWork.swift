import ArgumentParser
import Foundation
import Fuzzing

/// The worker: makes inputs and feeds them until its time is over, or it dies.
struct FuzzWork: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "work", shouldDisplay: false)

    @Option var seed: UInt64
    @Option var seconds: Double
    @Option var progress: String
    @OptionGroup var options: SubjectOptions

    /// Readers hold one input and what they make of it: a few MB. The rest is the program, and the sanitizer's own.
    static let mostMegabytes: UInt64 = 1_024

    func run() throws {
        let subjects = try options.selected()
        let progress = try ProgressFile.open(self.progress)
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            let number = progress.next
            let subject = subjects[Int(number % UInt64(subjects.count))]
            if try subject.check(FuzzInput.make(for: subject, seed: seed, number: number)) { progress.accepted += 1 }
            try checkMemory(progress)
            progress.next = number + 1
        }
    }

    private func checkMemory(_ progress: ProgressFile) throws {
        // Not getrusage: what it says of a process that was just started is its parent's.
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ")
        let megabytes = (peak.flatMap { $0.dropFirst().first }.flatMap { UInt64($0) } ?? 0) / 1_024
        progress.peakMegabytes = max(progress.peakMegabytes, megabytes)
        guard megabytes <= Self.mostMegabytes else {
            throw ValidationError("\(megabytes) MB of memory, at most \(Self.mostMegabytes)")
        }
    }
}

/// One input again.
struct FuzzReplay: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "replay", abstract: "Feed one input to one reader.")

    @Option(help: "The reader.")
    var subject: String

    @Option(help: "The input as hexadecimal digits.")
    var hex: String?

    @Option(help: "A file with the input.")
    var file: String?

    func run() throws {
        guard let subject = FuzzSubject.named(subject) else { throw ValidationError("no subject \(subject)") }
        let isAccepted = try subject.check(try bytes())
        print(isAccepted ? "accepted" : "not accepted")
    }

    private func bytes() throws -> [UInt8] {
        if let file { return Array(try Data(contentsOf: URL(filePath: file))) }
        var digits = (hex ?? "")[...]
        var bytes: [UInt8] = []
        while !digits.isEmpty {
            guard let byte = UInt8(digits.prefix(2), radix: 16) else { throw ValidationError("not hexadecimal") }
            bytes.append(byte)
            digits = digits.dropFirst(2)
        }
        return bytes
    }
}
