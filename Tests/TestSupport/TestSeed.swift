internal import Foundation

/// Where the chance in random tests comes from: one seed per test process, drawn or given as `SLUICE_TEST_SEED`.
///
/// It is printed when the first random test asks for it, and named by the ones that fail. The same seed gives each of
/// them the same numbers again, whichever tests run beside it.
public enum TestSeed {
    static let variable = "SLUICE_TEST_SEED"

    /// The seed of this process.
    public static let base: UInt64 = {
        let seed = value(in: ProcessInfo.processInfo.environment) { .random(in: .min ... .max) }
        FileHandle.standardError.write(Data("random tests run with \(variable)=\(seed)\n".utf8))
        return seed
    }()

    /// How to run the same again, for the comment of an expectation.
    public static var name: String { "\(variable)=\(base)" }

    /// The seed of the `number`th of a test's runs.
    public static func run<Number: BinaryInteger>(_ number: Number) -> UInt64 {
        base &+ UInt64(truncatingIfNeeded: number)
    }

    /// The seed that `environment` gives, else the one that `draw` does.
    static func value(in environment: [String: String], drawing draw: () -> UInt64) -> UInt64 {
        guard let text = environment[variable] else { return draw() }
        // Whoever repeats a run must not be given another one without noticing.
        guard let seed = UInt64(text) else {
            preconditionFailure("\(variable)=\(text) is not a whole number from 0 on")
        }
        return seed
    }
}
