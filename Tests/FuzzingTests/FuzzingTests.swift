import Foundation
import SluiceCore
import SluiceWire
import TestSupport
import Testing

@testable import Fuzzing

@Suite struct FuzzingTests {
    @Test func theSameSeedMakesTheSameInputs() {
        for subject in FuzzSubject.all {
            var different = Set<[UInt8]>()
            for number in UInt64(0)..<40 {
                let input = FuzzInput.make(for: subject, seed: 5, number: number)
                #expect(input == FuzzInput.make(for: subject, seed: 5, number: number))
                #expect(input.count <= subject.form.mostBytes)
                different.insert(input)
            }
            #expect(different.count > 20, "\(subject.name)")
        }
    }

    @Test func whatIsReadAsFieldsIsWrittenAgain() {
        for sample in Sample.all { #expect(ProtobufFields(sample.bytes).bytes == sample.bytes) }
        #expect(ProtobufFields([0xFF, 0xFF]).bytes == [0xFF, 0xFF])
        let text = Array(#"{"a": [1, "b"]}"#.utf8)
        #expect(TextTokens(text).bytes == text)
    }

    @Test func everyExampleIsRead() throws {
        for subject in FuzzSubject.all {
            let accepted = try subject.examples.count { try subject.check($0) }
            #expect(accepted > 0, "\(subject.name)")
        }
    }

    @Test func shrinkingFindsTheLeastThatFails() {
        let input = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        let least = Shrinking.shrink(input, tries: 2_000) { $0.contains(77) && $0.contains(200) }
        #expect(least.sorted() == [77, 200])
        #expect(Shrinking.shrink([1, 2, 3], tries: 100) { _ in true } == [])
    }

    /// The sum of what two nodes say overflowed.
    @Test func statusSurvivesNodesThatCountBeyondMeasure() throws {
        var liar = Sample.shardStatus
        liar.shard?.lastMinute.sent = .max
        var other = liar
        other.incarnation = Incarnation(rawValue: 99)
        let answers = [liar, other].flatMap { ProtobufFields.field(1, $0.encoded()) }
        #expect(try FuzzSubject.statusAnswers.check(answers))
    }

    /// A part of `make fuzz`: some hundred inputs of each reader, always the same.
    @Test func nothingDies() throws {
        let run = try Self.fuzz(["--seconds", "5", "--seed", "1"])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("findings=0"), "\(run.output)")
        print(run.output)
    }

    /// A reader that dies is named with its seed and the least input, and the rest goes on.
    @Test func aDeathIsNoticedNamedAndShrunk() throws {
        let run = try Self.fuzz(["--seconds", "60", "--seed", "1", "--subjects", "trap", "--most", "1"])
        #expect(run.status != 0)
        #expect(run.output.contains("seed=1 number="), "\(run.output)")
        #expect(run.output.contains("shrunk to 1 of"), "\(run.output)")
        #expect(run.output.contains("replay --subject trap --hex 00\n"), "\(run.output)")
    }

    private static func fuzz(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = folder.appending(path: "sluice-fuzz")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
