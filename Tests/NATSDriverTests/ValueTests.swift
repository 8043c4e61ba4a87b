import Testing

@testable import NATSDriver

@Suite struct ValueTests {
    @Test func addressesAreShownWithoutSecrets() throws {
        let address = try #require(ServerAddress("nats://ann:p@ss:w@10.0.0.1:4222/"))
        #expect(address.shown == "nats://10.0.0.1:4222")
        #expect(address.secrets == ["p@ss:w"])
        #expect(ServerAddress("token@host")?.secrets == ["token"])
        #expect(ServerAddress("host")?.shown == "nats://host")
        #expect(ServerAddress("TLS://[::1]:4222")?.shown == "tls://[::1]:4222")
        #expect(ServerAddress("tls://[::1]")?.isTLS == true)
    }

    @Test func aClosedConnectionStaysClosed() {
        var state = NATSConnectionState.connecting
        let steps: [(NATSConnectionState.Event, NATSConnectionState)] = [
            (.lost, .reconnecting),
            // The connection was lost again before its opening was noted.
            (.opened, .reconnecting),
            (.restored, .connected), (.opened, .connected), (.lost, .reconnecting), (.ended, .closed),
            (.restored, .closed), (.lost, .closed), (.ended, .closed), (.opened, .closed),
        ]
        for (event, expected) in steps {
            let before = state
            let changed = state.advance(event)
            #expect(state == expected)
            #expect(changed == (before != state))
        }
    }

    @Test func millisecondsRoundUp() {
        #expect(Duration.microseconds(1).wholeMilliseconds == 1)
        #expect(Duration.milliseconds(1_500).wholeMilliseconds == 1_500)
        #expect(Duration.zero.wholeMilliseconds == 0)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
    }

    /// Random offers and reads, compared with a plain array; the seed is part of a failure's text.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func aMailboxBehavesLikeABoundedArray(seed: UInt64) async {
        var random = SplitMix(state: seed)
        let capacity = Int.random(in: 1...40, using: &random)
        let byteLimit = Int.random(in: 10...200, using: &random)
        let mailbox = Mailbox(capacity: capacity, byteLimit: byteLimit)
        var model: [NATSMessage] = []
        var dropped = 0
        for step in 0..<500 {
            if Bool.random(using: &random) {
                let size = Int.random(in: 0...20, using: &random)
                let message = NATSMessage(subject: "\(step)", payload: Array(repeating: 0, count: size))
                let fits = model.count < capacity && model.reduce(size) { $0 + $1.payload.count } <= byteLimit
                if fits { model.append(message) } else { dropped += 1 }
                #expect(mailbox.offer(message) == (fits ? .taken : .full))
            } else if !model.isEmpty {
                #expect(await mailbox.next() == model.removeFirst())
            }
            #expect(mailbox.dropped == dropped)
        }
        mailbox.finish()
        #expect(mailbox.offer(NATSMessage(subject: "late", payload: [])) == .finished)
        for message in model { #expect(await mailbox.next() == message) }
        #expect(await mailbox.next() == nil)
    }

    @Test func aPromiseThatWasGivenUpLeavesItsValueToTheMaker() async {
        let promise = Promise<Int>()
        let reader = Task { try await promise.value(discard: { _ in Issue.record("nothing was there yet") }) }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        #expect(!promise.complete(.success(1)))
    }

    @Test func aPromiseHandsItsValueOverOnce() async throws {
        let promise = Promise<Int>()
        #expect(promise.complete(.success(7)))
        #expect(!promise.complete(.success(8)))
        #expect(try await promise.value(discard: { _ in }) == 7)
    }
}

/// Sebastiano Vigna's splitmix64: small and the same everywhere.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
