import Foundation
import NATSDriver
import PostgresDriver
import SluiceCore
import SluiceDev
import SluiceWire
import TestSupport
import Testing

extension TestCluster {
    /// Waits until every device's node has heard of its cap, and of whatever else was committed with it: what is sent
    /// before that is sent under the old one.
    func capsAreKnown(concurrency: UInt32) async throws {
        let subject = try #require(Subjects(cluster: "default")).device
        let ids = try await query("SELECT id FROM user_devices").column(UUID.self, at: 0)
        try await NATSConnection.withConnection(NATSOptions(url: environment.natsURL)) { nats in
            for id in ids {
                try await eventually("a cap to be known", within: .seconds(20)) {
                    let question = DeviceStateRequest(device: DeviceID(rawValue: id)).encoded()
                    let answers = try await nats.requestMany(
                        subject, payload: question, collectFor: .milliseconds(500), max: 1)
                    return try answers.first.map { try DeviceState(decoding: $0.payload).concurrency == concurrency }
                        ?? false
                }
            }
        }
    }
}
