import Foundation
import Testing

@testable import TestSupport

/// A run of the random tests can be repeated.
@Suite struct TestSeedTests {
    @Test func theVariableIsTheSeed() {
        #expect(TestSeed.value(in: ["SLUICE_TEST_SEED": "42"], drawing: { 7 }) == 42)
        #expect(TestSeed.value(in: [:], drawing: { 7 }) == 7)
    }

    @Test func theProcessHasOneSeed() {
        if let given = ProcessInfo.processInfo.environment["SLUICE_TEST_SEED"] {
            #expect(String(TestSeed.base) == given)
        }
        #expect(TestSeed.run(0) == TestSeed.base)
        #expect(TestSeed.run(3) == TestSeed.base &+ 3)
        #expect(TestSeed.name == "SLUICE_TEST_SEED=\(TestSeed.base)")
    }
}
