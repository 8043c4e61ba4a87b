import Testing

@testable import SluiceConfig

@Suite struct NATSIdentityTests {
    private static let key = "U" + String(repeating: "A", count: 55)

    private static func load(_ values: [String: String]) throws -> Settings {
        try Settings.load(from: [SettingsLayer(name: "environment", values: values)], hostName: "h")
    }

    @Test func `key and files are read`() throws {
        let settings = try Self.load([
            "SLUICE_NATS_NKEY": Self.key, "SLUICE_NATS_NKEY_SEED_FILE": "/run/seed", "SLUICE_NATS_CA_FILE": "/ca",
            "SLUICE_NATS_CERTIFICATE_FILE": "/cert", "SLUICE_NATS_KEY_FILE": "/key",
        ])
        #expect(settings.natsNKey == NATSNKey(publicKey: Self.key, seedFile: "/run/seed"))
        #expect(settings.natsTLS == NATSFiles(ca: "/ca", certificate: "/cert", key: "/key"))
    }

    @Test func `without them NATS is asked as before`() throws {
        let settings = try Self.load([:])
        #expect(settings.natsNKey == nil && settings.natsTLS.isEmpty)
    }

    @Test(arguments: [
        ["SLUICE_NATS_NKEY": key], ["SLUICE_NATS_NKEY_SEED_FILE": "/run/seed"],
        ["SLUICE_NATS_CERTIFICATE_FILE": "/cert"], ["SLUICE_NATS_KEY_FILE": "/key"],
        ["SLUICE_NATS_NKEY": "SUSEED", "SLUICE_NATS_NKEY_SEED_FILE": "/run/seed"],
        ["SLUICE_NATS_CA_FILE": "relative.pem"],
    ])
    func `half of an identity is refused`(values: [String: String]) {
        #expect(throws: SettingsError.self) { try Self.load(values) }
    }
}
