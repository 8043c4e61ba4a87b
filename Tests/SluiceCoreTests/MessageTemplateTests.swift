import SluiceCore
import Testing

@Suite struct MessageTemplateTests {
    @Test(arguments: [
        ("Hello {firstName}, {firstName}!", "Hello Ada, Ada!"), ("", ""), ("no braces", "no braces"),
        ("{a}{b}", "12"), ("{{firstName}", "{firstName}"), ("a } alone", "a } alone"), ("{a}}", "1}"),
        ("{{{a}", "{1"), ("ä{a}ö", "ä1ö"),
    ]) func `placeholders are filled and doubled braces stay`(text: String, filled: String) throws {
        let template = try MessageTemplate(text)
        #expect(try template.filled(with: ["firstName": "Ada", "a": "1", "b": "2", "unused": "x"]) == filled)
    }

    @Test func `names come once, in their order`() throws {
        #expect(try MessageTemplate("{b} {a} {b} {{c}").placeholders == ["b", "a"])
    }

    @Test func `what is inserted is not looked through`() throws {
        #expect(try MessageTemplate("{a}").filled(with: ["a": "{b}", "b": "x"]) == "{b}")
    }

    @Test func `a value that is missing is named`() throws {
        let template = try MessageTemplate("{a} {b}")
        #expect(throws: TemplateError.missingValue("b")) { try template.filled(with: ["a": "1"]) }
    }

    @Test(arguments: ["{", "Hi {name", "{}", "{a b}", "{ä}", "{a{b}}", "{\(String(repeating: "n", count: 65))}"])
    func `what is no template is refused`(text: String) {
        #expect(throws: TemplateError.self) { try MessageTemplate(text) }
    }
}
