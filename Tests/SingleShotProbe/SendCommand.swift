import ArgumentParser
import SluiceCore
import SluiceGateways
import TestSupport

/// A gateway client. A line `DIALECT PORT NUMBER` sends the test's NUMBERth message; `NUMBER MICROSECONDS OUTCOME` says
/// how long that took and what came of it.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "send")

    @Option(help: "The server's address.")
    var address: String

    @Option(help: "The gateway's total time for one request, in milliseconds.")
    var httpTimeout: Int

    func run() async throws {
        var configuration = GatewayClient.Configuration()
        configuration.traceHeaders = true
        // Idle connections are to last from the warm-up until their case begins.
        configuration.idleConnection = .seconds(30)
        let client = GatewayClient(configuration: configuration, now: monotonicNow)
        await withDiscardingTaskGroup { group in
            for await words in Lines.words() {
                guard words.count == 3, let number = Int(words[2]) else { continue }
                let device = makeDevice(
                    String(words[0]), baseURL: "http://\(address):\(words[1])",
                    // Twilio's dialect makes no request without; the others do not look at them.
                    credentials: ["account_sid": "AC1", "auth_token": "token"],
                    httpTimeout: .milliseconds(httpTimeout))
                group.addTask { await Self.send(number, on: device, by: client) }
            }
            group.cancelAll()
        }
        try await client.shutdown()
    }

    private static func send(_ number: Int, on device: DeviceProfile, by client: GatewayClient) async {
        let start = monotonicNow()
        let outcome = await client.send(
            makeReservation(contact: makeContact(number)), on: device, latestStart: start + .seconds(1))
        Lines.say("\(number) \((monotonicNow() - start) / .microseconds(1)) \(outcome.summary)")
    }
}
