import ArgumentParser
import Foundation
import Fuzzing

/// The supervisor: keeps a worker working until the time is over, and explains what it died of.
struct FuzzRun: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Fuzz for a time (the default).")

    @Option(help: "How long, in seconds.")
    var seconds = 60

    @Option(help: "The seed; the same seed makes the same inputs.")
    var seed: UInt64 = .random(in: .min ... .max)

    @Option(help: "The number of the first input.")
    var start: UInt64 = 0

    @Option(help: "Stop after so many findings.")
    var most = 10

    @OptionGroup var options: SubjectOptions

    func run() throws {
        let subjects = try options.selected()
        let began = ContinuousClock.now
        let end = began + .seconds(seconds)
        let progress = try ProgressFile.create()
        defer { progress.remove() }
        var findings = 0
        progress.next = start
        while ContinuousClock.now < end, findings < most {
            let left = (end - .now) / .seconds(1)
            let ending = try WorkerProcess.run(
                [
                    "work", "--seed", "\(seed)", "--seconds", "\(left)", "--progress", progress.path, "--subjects",
                    options.subjects,
                ], watching: progress)
            guard let ending else { break }
            let number = progress.next
            let subject = subjects[Int(number % UInt64(subjects.count))]
            findings += 1
            try Finding(subject: subject, seed: seed, number: number, ending: ending).explain()
            progress.next = number + 1
        }
        let elapsed = (ContinuousClock.now - began) / .seconds(1)
        let inputs = progress.next - start
        print(
            "fuzz: inputs=\(inputs) accepted=\(progress.accepted) subjects=\(subjects.count) "
                + "seconds=\(Int(elapsed)) inputs_per_s=\(Int(Double(inputs) / max(elapsed, 1))) "
                + "peak_mb=\(progress.peakMegabytes) findings=\(findings) seed=\(seed)")
        if findings > 0 { throw ExitCode.failure }
    }
}

/// One input that a reader did not survive.
private struct Finding {
    let subject: FuzzSubject
    let seed: UInt64
    let number: UInt64
    let ending: WorkerProcess.Ending

    /// One that hangs takes long for each try.
    private static let shrinksWithin: Duration = .seconds(60)

    /// Prints how to repeat it and the least input that still does it.
    func explain() throws {
        print("\(subject.name): \(ending.description), seed=\(seed) number=\(number)")
        let input = FuzzInput.make(for: subject, seed: seed, number: number)
        // A process for each try: a few hundred take seconds.
        let end = ContinuousClock.now + Self.shrinksWithin
        let least = try Shrinking.shrink(input, tries: 400) { try ContinuousClock.now < end && dies($0) }
        let isRepeatable = try dies(least)
        print("  \(isRepeatable ? "shrunk to" : "not repeatable; it was") \(least.count) of \(input.count) bytes:")
        print("  sluice-fuzz replay --subject \(subject.name) --hex \(hex(least.prefix(2_000)))")
    }

    private func dies(_ bytes: [UInt8]) throws -> Bool {
        let file = FileManager.default.temporaryDirectory.appending(path: "sluice-fuzz-input-\(getpid())")
        try Data(bytes).write(to: file)
        defer { unlink(file.path) }
        return try WorkerProcess.run(["replay", "--subject", subject.name, "--file", file.path], watching: nil) != nil
    }

    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
