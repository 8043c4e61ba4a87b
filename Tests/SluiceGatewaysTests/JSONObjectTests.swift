import FoundationEssentials
import Testing

@testable import SluiceGateways

@Suite struct JSONObjectTests {
    /// Every character below U+0100, quotes and escapes in a row, the ends of UTF-8's lengths, line separators, joined
    /// characters, and nothing.
    static let hostile: [String] =
        (0...0xFF).map { "a\(Unicode.Scalar($0)!)b" } + [
            "", "\"", "\\", "\\\"\\\"", "\\u0000", "</script>", "\u{7FF}\u{800}\u{FFFD}\u{10000}\u{10FFFF}",
            "\u{2028}\u{2029}", "👩‍👩‍👧", "e\u{301}", "\r\n", "{\"a\":[1,2]}", String(repeating: "\u{1}\"é", count: 5_000),
        ]

    @Test(arguments: hostile)
    func stringsAreWrittenAsTheLibraryWritesThem(text: String) throws {
        var object = JSONObject(reserving: 8)
        object.add(text, text)
        let bytes = object.bytes()
        #expect(bytes == JSONBody.encode([text: text]))
        #expect(try JSONDecoder().decode([String: String].self, from: Data(bytes)) == [text: text])
    }

    @Test func membersStandInTheOrderInWhichTheyAreAdded() {
        var object = JSONObject(reserving: 8)
        object.add("b", nil)
        object.add("a", Int32.min)
        object.add("c", encoded: Array("[1]".utf8))
        #expect(String(decoding: object.bytes(), as: UTF8.self) == #"{"b":null,"a":-2147483648,"c":[1]}"#)
        #expect(JSONObject(reserving: 0).bytes() == Array("{}".utf8))
    }
}
