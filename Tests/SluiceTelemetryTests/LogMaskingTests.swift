import Testing

@testable import SluiceTelemetry

@Suite struct LogMaskingTests {
    @Test(arguments: [
        ("no WhatsApp on 4915112345623", "no WhatsApp on 49…23"),
        ("+49 151 123-456-23, then more", "49…23, then more"),
        ("call (+60) 12 345 6789.", "call (60…89."),
        ("4915112345623@s.whatsapp.net", "49…23@s.whatsapp.net"),
        ("Key (contact_phone)=(60123456789) exists", "Key (contact_phone)=(60…89) exists"),
        ("/send/60123456789?x=1", "/send/60…89?x=1"),
        ("a 1234567 b 7654321", "a 12…67 b 76…21"),
    ])
    func `phone numbers in text are masked`(text: String, expected: String) {
        #expect(LogMasking.mask(text) == expected)
    }

    @Test(arguments: [
        "12345678-1234-1234-1234-123456789012",
        "at 9f3c1a2b-0000-4000-8000-000000001234, ok",
        "123456",
        "1234567890123456",
        "took 1234567.25 ms",
        "0.1234567",
        "sha a1234567890f",
        "msg_1234567890",
        "2026-11-21 03:00:00.123456",
        "127.0.0.1:54321",
        "+",
        "",
    ])
    func `what is no phone number stays`(text: String) {
        #expect(LogMasking.mask(text) == text)
    }

    @Test func `an address key masks whatever it holds`() {
        #expect(LogMasking.mask("+49 (151) 12345623", key: "recipient") == "49…23")
        #expect(LogMasking.mask("12345", key: "phone") == "…")
        #expect(LogMasking.mask("anna.smith@example.org", key: "to") == "an…th@example.org")
        #expect(LogMasking.mask("60123456789:12@s.whatsapp.net", key: "jid") == "60…12@s.whatsapp.net")
    }

    @Test func `ids and quantities are left alone`() {
        #expect(LogMasking.mask("4294967297", key: "batch") == "4294967297")
        #expect(LogMasking.mask("1234567-12-1", key: "message_id") == "1234567-12-1")
        #expect(LogMasking.mask("12345678", key: "took_us") == "12345678")
        #expect(LogMasking.mask("4915112345623", key: "external_id") == "49…23")
    }

    @Test func `scanning a long line takes linear time`() {
        let line = String(repeating: "1-", count: 200_000)
        let elapsed = ContinuousClock().measure { #expect(LogMasking.mask(line) == line) }
        #expect(elapsed < .seconds(5))
    }
}
