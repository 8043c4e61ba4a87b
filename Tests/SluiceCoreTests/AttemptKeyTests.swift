import Foundation
import SluiceCore
import Testing

@Suite struct AttemptKeyTests {
    @Test func itIsReadAsItIsWritten() throws {
        let contact = ContactID(rawValue: UUID())
        let key = AttemptKey(contact: contact, attempt: 3, day: 20_000)
        #expect("\(key)" == "\(contact.rawValue.uuidString.lowercased()).3.20000")
        #expect(AttemptKey("\(key)") == key)
    }

    @Test(arguments: [
        "", "..", "00000000-0000-4000-8000-00000000000a.1", "00000000-0000-4000-8000-00000000000a.1.2.3",
        "00000000-0000-4000-8000-00000000000a.0.1", "00000000-0000-4000-8000-00000000000a.1.-1", "x.1.1",
        "00000000-0000-4000-8000-00000000000a.1.99999999", "00000000-0000-4000-8000-00000000000a.99999999999.1",
    ])
    func anythingElseIsNone(text: String) { #expect(AttemptKey(text) == nil) }
}
