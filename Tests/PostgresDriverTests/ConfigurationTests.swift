import Testing

@testable import PostgresDriver

@Suite struct ConfigurationTests {
    @Test(arguments: [
        "postgresql://ann:s3cret%40x@db.example:6543/mail?sslmode=require",
        "postgres://ann:s3cret%40x@db.example:6543/mail?sslmode=require",
        "host=db.example port=6543 dbname=mail user=ann password='s3cret@x' sslmode=require",
    ])
    func bothNotationsAreRead(_ text: String) throws {
        let configuration = try PostgresConfiguration(text, applicationName: "app")
        #expect(configuration.parameters["password"] == "s3cret@x")
        #expect(configuration.parameters["sslmode"] == "require")
        #expect(configuration.parameters["tcp_user_timeout"] == "4000")
        #expect(configuration.target == "db.example:6543/mail")
        #expect(configuration.connectTimeout == .seconds(3))
        let texts = [
            "\(configuration)", String(reflecting: configuration),
            String(describing: Mirror(reflecting: configuration).children.map { "\($0)" }),
        ]
        for text in texts { #expect(!text.contains("s3cret")) }
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("s3cret"))
    }

    @Test func theStringOverridesTheDefaults() throws {
        let configuration = try PostgresConfiguration("postgresql://h/d?connect_timeout=7&keepalives_idle=9")
        #expect(configuration.connectTimeout == .seconds(7))
        #expect(configuration.parameters["keepalives_idle"] == "9")
    }

    @Test(arguments: [
        "postgresql://u:s3cret%zz@h/d", "postgresql://h/d?s3cret=1", "host=h s3cret", "password='s3cret",
        "postgresql://u:s3cret@x@h/d", "mysql://u:s3cret@h/d", "host=h\0", "postgresql://h:s3cret/d:1?x",
    ])
    func whatCannotBeReadIsRefusedWithoutRepeatingIt(_ text: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(text) }
        #expect(error?.kind == .invalidConfiguration)
        #expect(error.map { "\($0)".contains("s3cret") } == false)
    }

    @Test func settingsAreEscapedAndAppendedToOptions() throws {
        var configuration = try PostgresConfiguration(
            "host=h options='-c geqo=off'", settings: ["search_path": #"a b\c"#, "work_mem": "8MB"])
        configuration.parameters["connect_timeout"] = "5"
        let keywords = Dictionary(uniqueKeysWithValues: configuration.connectionKeywords.map { ($0.keyword, $0.value) })
        #expect(keywords["options"] == #"-c geqo=off -c search_path=a\ b\\c -c work_mem=8MB"#)
        #expect(keywords["client_encoding"] == "UTF8")
        #expect(keywords["connect_timeout"] == nil)
    }

    @Test func identifiersAreQuoted() {
        #expect(#"a"b"#.quotedIdentifier == #""a""b""#)
        #expect("".quotedIdentifier == #""""#)
    }
}
