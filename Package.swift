// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .executable(name: "sluice-gateway-simulator", targets: ["GatewaySimulatorTool"]),
        .executable(name: "sluice-loadtest", targets: ["LoadTestTool"]),
        .executable(name: "sluice-simulate", targets: ["SimulationTool"]),
        .executable(name: "sluice-fuzz", targets: ["FuzzTool"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    ],
    targets: cTargets + libraries + tools + tests
)

// MARK: C libraries, imported by exactly one module each

var cTargets: [Target] {
    [
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CNATS", pkgConfig: "libnats", providers: [.apt(["libnats-dev"])]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .target(name: "CSluiceProto", dependencies: ["CProtobufC"]),
    ]
}

// MARK: Libraries, from the ones that know nothing of Sluice to the roles

var libraries: [Target] {
    [
        .swift("PostgresDriver", ["CPostgres"]),
        .swift("NATSDriver", ["CNATS"]),
        .swift("SluiceCore", [.collections("HeapModule"), .collections("DequeModule")]),
        .swift("SluiceTelemetry", ["SluiceCore", .log, .metrics, .hummingbird, .lifecycle, .nioCore]),
        .swift("SluiceWire", ["SluiceCore", "CSluiceProto"]),
        .swift("SluiceStore", ["SluiceCore", "PostgresDriver"]),
        .swift("SluiceFailpoints", []),
        .swift(
            "SluiceGateways",
            [
                "SluiceCore", "SluiceFailpoints", .collections("DequeModule"), .nioCore, .nioHTTP1, .nioPosix, .nioSSL,
                .nioTLS, .crypto,
            ]),
        .swift(
            "SluiceCoordinator",
            [
                "SluiceCore", "SluiceFailpoints", "SluiceWire", "SluiceStore", "PostgresDriver", "NATSDriver",
                "SluiceTelemetry", .log, .metrics, .lifecycle,
            ]),
        .swift(
            "SluiceShard",
            [
                "SluiceCore", "SluiceFailpoints", "SluiceWire", "SluiceStore", "SluiceGateways", "PostgresDriver",
                "NATSDriver", "SluiceTelemetry", .log, .lifecycle,
            ]),
        .swift(
            "SluiceWebhooks",
            [
                "PostgresDriver", "SluiceTelemetry", .httpClient, .nioCore, .nioHTTP1, .nioPosix, .crypto, .log,
            ]),
        .swift(
            "SluiceAPI",
            [
                "SluiceCore", "SluiceWire", "SluiceStore", "SluiceOperations", "SluiceWebhooks", "PostgresDriver",
                "NATSDriver", "SluiceTelemetry", .hummingbird, .hummingbirdCore, .httpTypes, .nioCore, .crypto, .log,
                .metrics, .lifecycle,
            ]),
        .swift(
            "SluiceOperations",
            ["SluiceCore", "SluiceWire", "SluiceStore", "SluiceGateways", "PostgresDriver", "NATSDriver", .crypto]),
        .swift("SluiceDev", ["SluiceCore", "SluiceStore", "PostgresDriver", .subprocess, .system, .log]),
        .swift("SluiceConfig", ["SluiceCore", "SluiceFailpoints", .configuration]),
    ]
}

// MARK: Executables: argument parsing only

var tools: [Target] {
    [
        .executable(
            "sluice",
            [
                "SluiceConfig", "SluiceCoordinator", "SluiceShard", "SluiceAPI", "SluiceOperations", "SluiceDev",
                "SluiceCore", "SluiceFailpoints", "SluiceGateways", "SluiceStore", "SluiceTelemetry", "SluiceWire",
                "NATSDriver", "PostgresDriver", .argumentParser, .log, .lifecycle, .unixSignals,
            ]),
        .swift(
            "GatewaySimulator", ["RequestLog", .nioCore, .nioPosix, .nioHTTP1, .crypto],
            path: "loadtest/GatewaySimulator"),
        .executable(
            "GatewaySimulatorTool", ["GatewaySimulator", .argumentParser], path: "loadtest/GatewaySimulatorTool"),
        .swift("RequestLog", [], path: "loadtest/RequestLog"),
        .swift(
            "LoadTest",
            [
                "RequestLog", "PostgresDriver", "SluiceConfig", "SluiceCore", "SluiceDev", .histogram, .httpClient,
                .nioCore, .nioHTTP1,
                .subprocess, .system, .log,
            ],
            path: "loadtest/LoadTest"),
        .executable(
            "LoadTestTool", ["LoadTest", "SluiceDev", .argumentParser, .log, .unixSignals],
            path: "loadtest/LoadTestTool"),
    ]
}

// MARK: Tests: one folder per target, plus what they share and the ones that run real binaries

var tests: [Target] {
    [
        .swift(
            "TestSupport",
            ["PostgresDriver", "NATSDriver", "SluiceCore", "SluiceStore", "SluiceWire", .log, .lifecycle],
            path: "Tests/TestSupport"),
        // Apart from the rest, because Foundation and C libraries disagree about whose a struct is.
        .swift(
            "WebhookReceiving", [.crypto, .httpTypes, .hummingbird, .nioCore, .log], path: "Tests/WebhookReceiving"),
        .swift("Simulation", ["SluiceCore", "SluiceStore", .collections("HeapModule")], path: "Tests/Simulation"),
        .executable("SimulationTool", ["Simulation", .argumentParser], path: "Tests/SimulationTool"),
        .executable(
            "SingleShotProbe", ["SluiceCore", "SluiceGateways", "TestSupport", .nioCore, .nioPosix, .argumentParser],
            path: "Tests/SingleShotProbe"),
        .swift(
            "Fuzzing",
            [
                "SluiceAPI", "SluiceConfig", "SluiceCore", "SluiceGateways", "SluiceOperations", "SluiceWire",
                "TestSupport", .crypto,
            ], path: "Tests/Fuzzing"),
        .executable("FuzzTool", ["Fuzzing", .argumentParser], path: "Tests/FuzzTool"),
        .tests("Fuzzing", ["SluiceCore", "SluiceWire", "TestSupport"]),
        .tests("Simulation", []),
        .tests("PostgresDriver", ["TestSupport"]),
        .tests("NATSDriver", ["TestSupport"]),
        .tests("SluiceCore", ["TestSupport", .subprocess], exclude: ["cron_reference.py"]),
        .tests("SluiceTelemetry", [.log, .metrics]),
        .tests("SluiceFailpoints", []),
        .tests("SluiceWire", ["SluiceCore", "TestSupport", .subprocess]),
        .tests("SluiceStore", ["SluiceCore", "PostgresDriver", "Simulation", "TestSupport"], exclude: ["Fixtures"]),
        .tests("SluiceGateways", ["SluiceCore", "TestSupport", .nioCore, .nioHTTP1, .nioPosix, .nioSSL]),
        .tests(
            "SluiceCoordinator",
            ["SluiceCore", "SluiceStore", "SluiceWire", "NATSDriver", "TestSupport", .log]),
        .tests(
            "SluiceShard",
            [
                "SluiceCore", "SluiceStore", "SluiceWire", "SluiceGateways", "SluiceTelemetry", "NATSDriver",
                "GatewaySimulator", "RequestLog", "TestSupport", .log,
            ]),
        .tests("SluiceConfig", ["SluiceCore", "SluiceFailpoints"]),
        .tests("SluiceDev", ["SluiceTelemetry", .log]),
        .tests(
            "SluiceOperations",
            ["SluiceCore", "SluiceStore", "SluiceWire", "PostgresDriver", "NATSDriver", "TestSupport"]),
        .tests(
            "SluiceAPI",
            [
                "SluiceOperations", "SluiceTelemetry", "SluiceWebhooks", "PostgresDriver", "NATSDriver", "TestSupport",
                "WebhookReceiving", "SluiceCore", "SluiceStore", "SluiceWire", .crypto, .hummingbird, .httpTypes, .log,
                .lifecycle, .subprocess,
            ]),
        .tests("GatewaySimulator", ["RequestLog", "TestSupport"]),
        .tests(
            "LoadTest",
            [
                "GatewaySimulator", "PostgresDriver", "RequestLog", "SluiceCore", "TestSupport", .histogram,
            ]),
        .testTarget(
            name: "ClusterTests",
            dependencies: [
                "TestSupport", "WebhookReceiving", "PostgresDriver", "NATSDriver", "RequestLog", "SluiceCore",
                "SluiceDev", "SluiceFailpoints", "SluiceWire", .log,
            ],
            path: "Tests/Cluster", swiftSettings: .strict),
    ]
}

// MARK: Shorthands

extension Array where Element == SwiftSetting {
    static var strict: Self {
        [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
    }
}

extension Target {
    static func swift(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
        .target(name: name, dependencies: dependencies, path: path, swiftSettings: .strict)
    }

    static func executable(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
        .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: .strict)
    }

    static func tests(_ module: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
        .testTarget(
            name: module + "Tests", dependencies: [.target(name: module)] + dependencies, exclude: exclude,
            swiftSettings: .strict)
    }
}

extension Target.Dependency {
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
    static var configuration: Self { .product(name: "Configuration", package: "swift-configuration") }
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var histogram: Self { .product(name: "Histogram", package: "hdrhistogram-swift") }
    static var httpClient: Self { .product(name: "AsyncHTTPClient", package: "async-http-client") }
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var hummingbirdCore: Self { .product(name: "HummingbirdCore", package: "hummingbird") }
    static var httpTypes: Self { .product(name: "HTTPTypes", package: "swift-http-types") }
    static var lifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var system: Self { .product(name: "SystemPackage", package: "swift-system") }
    static var unixSignals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
    static var log: Self { .product(name: "Logging", package: "swift-log") }
    static var metrics: Self { .product(name: "Metrics", package: "swift-metrics") }
    static var nioCore: Self { .product(name: "NIOCore", package: "swift-nio") }
    static var nioHTTP1: Self { .product(name: "NIOHTTP1", package: "swift-nio") }
    static var nioPosix: Self { .product(name: "NIOPosix", package: "swift-nio") }
    static var nioSSL: Self { .product(name: "NIOSSL", package: "swift-nio-ssl") }
    static var nioTLS: Self { .product(name: "NIOTLS", package: "swift-nio") }
    static var subprocess: Self { .product(name: "Subprocess", package: "swift-subprocess") }
    static func collections(_ name: String) -> Self { .product(name: name, package: "swift-collections") }
}
