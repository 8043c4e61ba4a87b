import NATSDriver
import SluiceConfig

extension Settings {
    /// How to reach the NATS servers, and as whom.
    /// - Parameter name: shown in the servers' monitoring.
    func natsOptions(name: String) -> NATSOptions {
        var options = NATSOptions(servers: natsURLs)
        options.name = name
        if let natsNKey {
            options.authentication = .nkey(publicKey: natsNKey.publicKey, seedFile: natsNKey.seedFile)
        }
        if !natsTLS.isEmpty {
            options.tls = NATSOptions.TLS(
                caFile: natsTLS.ca, certificateFile: natsTLS.certificate, keyFile: natsTLS.key)
        }
        return options
    }
}
