import SluiceCore
import Testing

@testable import SluiceConfig

@Suite struct SettingsTests {
    @Test func `without any layer everything has its default`() throws {
        let settings = try Settings.load(from: [], hostName: "db-1.example.org")
        #expect(settings.databaseURL == nil)
        #expect(settings.natsURLs == ["nats://127.0.0.1:4222"])
        #expect(settings.nodeName == "db-1_example_org")
        #expect(settings.timers.lease == .seconds(5))
        #expect(settings.windows == CapWindows(hour: .seconds(3_600), day: .seconds(86_400)))
        #expect(settings.windows.hourMargin > .seconds(5) && settings.windows.hourMargin < .seconds(6))
        #expect(settings.windows.dayMargin > .seconds(96) && settings.windows.dayMargin < .seconds(97))
        #expect(throws: SettingsError.self) { try settings.requireDatabaseURL() }
    }

    @Test func `the command line wins over the environment, which wins over the file`() throws {
        let layers = [
            SettingsLayer(name: "command line", values: ["SLUICE_NODE": "a"]),
            SettingsLayer(
                name: "environment", values: ["SLUICE_NODE": "b", "SLUICE_CLUSTER": "c", "SLUICE_LOG_LEVEL": ""]),
            SettingsLayer(
                name: "file",
                values: [
                    "SLUICE_NODE": "d", "SLUICE_CLUSTER": "e", "SLUICE_LOG_LEVEL": "DEBUG", "SLUICE_API_PORT": "1",
                ]),
        ]
        let settings = try Settings.load(from: layers, hostName: "h")
        #expect(settings.nodeName == "a")
        #expect(settings.clusterName == "c")
        #expect(settings.logLevel == .debug)
        #expect(settings.apiPort == 1)
        let rows = Settings.inspect(layers, hostName: "h").rows
        #expect(rows.first { $0.name == "SLUICE_CLUSTER" }?.source == "environment")
        #expect(rows.first { $0.name == "SLUICE_API_PORT" }?.source == "file")
        #expect(rows.first { $0.name == "SLUICE_SWEEP_MS" }?.source == "default")
    }

    @Test(arguments: [
        ("SLUICE_LEASE_MS", "5s"), ("SLUICE_LEASE_MS", "-1"), ("SLUICE_POOL_SIZE", "0"), ("SLUICE_API_PORT", "70000"),
        ("SLUICE_TRACE_HEADERS", "maybe"), ("SLUICE_LOG_FORMAT", "xml"), ("SLUICE_NODE", "a.b"), ("SLUICE_NODE", "a b"),
        ("DATABASE_URL", "mysql://x"), ("DATABASE_URL", "postgresql://"), ("NATS_URL", "http://x"), ("NATS_URL", ","),
        ("SLUICE_HTTP_HOST", "a b"), ("SLUICE_HOUR_SECONDS", "99999999999999999999"),
    ])
    func `a bad value names its key, its source and what is allowed`(key: String, value: String) throws {
        let layer = SettingsLayer(name: "environment", values: [key: value])
        let error = try #require(throws: SettingsError.self) { try Settings.load(from: [layer], hostName: "h") }
        #expect(error.problems.map(\.key) == [key])
        #expect(error.description.contains("environment"))
        #expect(error.description.contains("expected"))
        #expect(error.description.contains("\"\(value)\""))
    }

    @Test func `all problems are told at once`() throws {
        let layer = SettingsLayer(name: "x", values: ["SLUICE_POOL_SIZE": "x", "SLUICE_DAY_SECONDS": "y"])
        let error = try #require(throws: SettingsError.self) { try Settings.load(from: [layer], hostName: "h") }
        #expect(Set(error.problems.map(\.key)) == ["SLUICE_POOL_SIZE", "SLUICE_DAY_SECONDS"])
    }

    @Test(arguments: [
        (["SLUICE_SELF_FENCE_MS": "5000"], "SLUICE_SELF_FENCE_MS"),
        (["SLUICE_RENEW_EVERY_MS": "2000"], "SLUICE_RENEW_EVERY_MS"),
        (["SLUICE_SEND_WITHIN_MS": "4000"], "SLUICE_SEND_WITHIN_MS"),
        (["SLUICE_HTTP_PERMITS": "10"], "SLUICE_HTTP_PERMITS_PER_URL"),
    ])
    func `settings that do not fit each other are refused`(values: [String: String], key: String) throws {
        let layer = SettingsLayer(name: "x", values: values)
        let error = try #require(throws: SettingsError.self) { try Settings.load(from: [layer], hostName: "h") }
        #expect(error.problems.map(\.key) == [key])
    }

    @Test func `an unknown key is found, with what was probably meant`() {
        let layer = SettingsLayer(
            name: "environment",
            values: [
                "SLUICE_LAESE_MS": "1", "SLUICE_LEASE": "1", "SLUICE_POOL": "1", "SLUICE_XYZZY_PLUGH": "1",
                "SLUICE_API_URL": "u", "PATH": "p",
            ])
        let problems = Settings.inspect([layer], hostName: "h").problems
        #expect(
            problems.map(\.key) == ["SLUICE_LAESE_MS", "SLUICE_LEASE", "SLUICE_POOL", "SLUICE_XYZZY_PLUGH"])
        #expect(problems[0].message.hasSuffix("did you mean SLUICE_LEASE_MS?"))
        #expect(problems[1].message.hasSuffix("did you mean SLUICE_LEASE_MS?"))
        #expect(problems[2].message.hasSuffix("did you mean SLUICE_POOL_SIZE?"))
        #expect(!problems[3].message.contains("did you mean"))
    }
}
