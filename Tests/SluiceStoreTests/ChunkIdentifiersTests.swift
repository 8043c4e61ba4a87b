import FoundationEssentials
import Testing

@testable import SluiceStore

/// What ids of a chunk of a campaign look like, put together as the statement puts them.
struct ChunkIdentifiersTests {
    private func id(_ number: Int64, of chunk: ChunkIdentifiers) -> String {
        chunk.prefix + String(UInt64(bitPattern: chunk.base + number), radix: 16)
    }

    @Test func theyAreOfVersion7AndAscend() {
        let earlier = ChunkIdentifiers(at: Date(timeIntervalSince1970: 1_700_000_000))
        let later = ChunkIdentifiers(at: Date(timeIntervalSince1970: 1_700_000_001))
        let ids = [id(1, of: earlier), id(2, of: earlier), id(20_000, of: earlier), id(1, of: later)]
        #expect(ids == ids.sorted())
        for id in ids {
            let digits = Array(id)
            #expect(digits.count == 32)
            #expect(digits[12] == "7")
            #expect("89ab".contains(digits[16]))
        }
        #expect(earlier.prefix.hasPrefix("018bcfe56800"))
    }

    @Test func twoChunksOfOneMillisecondHaveDifferentOnes() {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        let ids = (0..<1_000).map { _ in id(1, of: ChunkIdentifiers(at: now)) }
        #expect(Set(ids).count == ids.count)
    }
}
