import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import SluiceConfig
import SluiceTelemetry

/// How a command logs.
struct LogOptions: ParsableArguments {
    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("auto, json or text.", valueName: "format"))
    var logFormat: String?

    /// By their settings' keys.
    var values: [String: String] {
        ["SLUICE_LOG_LEVEL": logLevel, "SLUICE_LOG_FORMAT": logFormat].compactMapValues { $0 }
    }
}

/// The options that every command takes which reads settings.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("A file of KEY=value lines.", valueName: "file"))
    var configFile: String?

    @Option(help: ArgumentHelp("The PostgreSQL database, in place of DATABASE_URL.", valueName: "url"))
    var databaseURL: String?

    @Option(help: ArgumentHelp("The NATS servers, in place of NATS_URL.", valueName: "urls"))
    var natsURL: String?

    @Option(help: ArgumentHelp("Which cluster, in place of SLUICE_CLUSTER.", valueName: "name"))
    var cluster: String?

    @OptionGroup var logs: LogOptions

    /// The sources of settings, the first that has a key wins. `more` are further options of the command, by their
    /// settings' keys.
    func layers(adding more: [String: String?] = [:]) throws(SettingsError) -> [SettingsLayer] {
        var given = more.compactMapValues { $0 }.merging(logs.values) { own, _ in own }
        given["DATABASE_URL"] = databaseURL
        given["NATS_URL"] = natsURL
        given["SLUICE_CLUSTER"] = cluster
        var layers = [
            SettingsLayer(name: "command line", values: given),
            SettingsLayer(name: "environment", values: ProcessInfo.processInfo.environment),
        ]
        if let configFile { layers.append(try SettingsFile.load(path: configFile)) }
        return layers
    }

    func settings(adding more: [String: String?] = [:]) throws(SettingsError) -> Settings {
        try Settings.load(from: try layers(adding: more), hostName: Self.hostName)
    }

    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Settings {
    /// The log settings in swift-log's and telemetry's words.
    var telemetryLevel: Logger.Level {
        switch logLevel {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }

    var telemetryFormat: LogFormat {
        switch logFormat {
        case .auto: .auto
        case .json: .json
        case .text: .text
        }
    }
}
