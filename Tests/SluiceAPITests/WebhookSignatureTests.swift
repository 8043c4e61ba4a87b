import Foundation
import Testing

@testable import SluiceAPI

/// Against codes that Python's hmac made.
@Suite struct WebhookSignatureTests {
    private static let event = """
        {"event":"message","device_id":"4916000000001@s.whatsapp.net","payload":{"id":"3EB0A1",\
        "chat_id":"4917000000001@s.whatsapp.net","from":"4917000000001@s.whatsapp.net","is_from_me":false,"body":"Stop!"}}
        """

    @Test(arguments: [
        (event, "topsecret", "e795a4e7ddbeebe9a6f83f2ac63c5868af9a086515e43fd807d2d1628b1811d7"),
        (
            "Bestellung für Jörg", "topsecret", "498793a3b6d138cdf36ddb961980a1a89063e08df5efe47a4b1bc70bdee03c30"
        ),
        ("", "schlüssel", "69ab8b9cf00406eeccb2c95ecef962a95db76b7213f920cbacf937ef2bfe1432"),
    ])
    func aHubSignature(body: String, secret: String, code: String) {
        let bytes = Data(body.utf8)
        #expect(WebhookSignature.isHub("sha256=\(code)", of: bytes, secret: secret))
        #expect(WebhookSignature.isHub("sha256=\(code.uppercased())", of: bytes, secret: secret))
        #expect(!WebhookSignature.isHub("sha256=\(code)", of: bytes + [0], secret: secret))
        #expect(!WebhookSignature.isHub("sha256=\(code)", of: bytes, secret: secret + "x"))
        for wrong in [
            "", code, "sha256=", "sha256=\(code.dropLast())", "sha256=\(code.dropLast(2))", "sha256=\(code)00",
            "sha256=0x\(code.dropFirst(2))", "sha256=\(code.dropLast())g", "sha256=\(code.dropLast())é", "sha1=\(code)",
        ] {
            #expect(!WebhookSignature.isHub(wrong, of: bytes, secret: secret), "\(wrong)")
        }
    }

    private static let url = "https://sluice.example.com/in/webhooks/sms%20gateway?tag=a"

    @Test func aTwilioSignature() throws {
        let body = """
            ToCountry=DE&Body=STOP+%26+go+%2B+100%25+%C3%9Cn%C3%BC&From=%2B4917000000001&To=%2B4916000000001\
            &MessageSid=SM0001&a=lower&NumMedia=0&Empty=
            """
        let form = try #require(FormField.fields(of: body.utf8))
        #expect(form.first { $0.name == "Body" }?.value == "STOP & go + 100% Ünü")
        let code = "DiuzRY4MIZqnKGGMGNvAg867/4s="
        #expect(WebhookSignature.isTwilio(code, of: form, url: Self.url, secret: "12345"))
        #expect(WebhookSignature.isTwilio(code, of: form.reversed(), url: Self.url, secret: "12345"))
        #expect(!WebhookSignature.isTwilio(code, of: form, url: Self.url, secret: "12346"))
        #expect(!WebhookSignature.isTwilio(code, of: form, url: Self.url + "b", secret: "12345"))
        #expect(!WebhookSignature.isTwilio(code, of: Array(form.dropLast(2)), url: Self.url, secret: "12345"))
        for wrong in ["", "?", "DiuzRY4MIZqnKGGMGNvAg867", code + "A"] {
            #expect(!WebhookSignature.isTwilio(wrong, of: form, url: Self.url, secret: "12345"))
        }
    }

    /// The example of Twilio's documentation.
    @Test func theSignatureThatTwilioDocuments() throws {
        let body = """
            Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE
            """
        let form = try #require(FormField.fields(of: body.utf8))
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2"
        #expect(WebhookSignature.isTwilio("RSOYDt4T1cUTdK1PDd93/VVr8B8=", of: form, url: url, secret: "12345"))
    }

    @Test func aParameterThatIsRepeatedIsSignedOnce() throws {
        let form = try #require(FormField.fields(of: "a=2&a=1&a=1".utf8))
        #expect(WebhookSignature.isTwilio("8ussJWV/9qg8OIyGovk+k0xA7sk=", of: form, url: Self.url, secret: "12345"))
    }

    @Test func aForm() {
        #expect(FormField.fields(of: "".utf8) == [])
        #expect(FormField.fields(of: "a&b=&&c=d=e".utf8)?.map { "\($0.name)>\($0.value)" } == ["a>", "b>", "c>d=e"])
        for wrong in ["a=%", "a=%4", "a=%zz", "a=%ff", "%C3=1"] {
            #expect(FormField.fields(of: wrong.utf8) == nil, "\(wrong)")
        }
        #expect(FormField.fields(of: [UInt8(ascii: "a"), 0xff]) == nil)
    }
}
