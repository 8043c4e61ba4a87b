import Testing

@testable import SluiceConfig

@Suite struct SecretsTests {
    @Test(arguments: [
        ("postgresql://u:secret@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u:se@cret@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:se/cr:et@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u@h/d?password=secret&sslmode=require", "postgresql://u@h/d?password=***&sslmode=require"),
        ("host=h password='sec ret' dbname=d", "host=h password=*** dbname=d"),
        ("nats://token-secret@h:4222", "nats://***@h:4222"),
        ("nats://u:secret@h:4222", "nats://u:***@h:4222"),
        ("nats://h:4222", "nats://h:4222"),
    ])
    func `passwords and tokens are hidden`(url: String, shown: String) {
        #expect(ServerURL.hidingSecrets(url) == shown)
    }

    @Test func `the database's password may be in a file`() throws {
        func load(_ path: String) throws -> String? {
            try Settings.load(
                from: [SettingsLayer(name: "e", values: ["SLUICE_DATABASE_PASSWORD_FILE": path])], hostName: "h"
            ).databasePasswordFile
        }
        #expect(try load("/run/credentials/database.password") == "/run/credentials/database.password")
        #expect(throws: SettingsError.self) { try load("relative") }
    }

    @Test func `neither rows nor errors show a password`() {
        let good = SettingsLayer(
            name: "e",
            values: ["DATABASE_URL": "postgresql://u:hunter2@h/d", "NATS_URL": "nats://a:hunter2@h,nats://hunter2@i"])
        let bad = SettingsLayer(
            name: "e", values: ["DATABASE_URL": "mysql://u:hunter2@h/d", "NATS_URL": "http://hunter2@h"])
        for layer in [good, bad] {
            let (rows, problems) = Settings.inspect([layer], hostName: "h")
            #expect(!"\(rows)\(problems)".contains("hunter2"))
        }
        #expect(Settings.inspect([bad], hostName: "h").problems.count == 2)
    }
}
