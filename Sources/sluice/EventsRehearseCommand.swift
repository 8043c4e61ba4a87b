import ArgumentParser
import SluiceGateways
import SluiceOperations
import SluiceTelemetry

extension EventsCommand {
    struct Rehearse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Play an event's messages against the gateway simulator, faster than they will go.",
            discussion: """
                What waits, and what `sluice events plan` would add, goes to the simulator at the pace that the devices' caps allow, and to \
                nothing else. No row is written. What nobody else sends meanwhile is supposed not to be there.
                """)

        @Argument(help: "The event's id.") var event: String
        @Option(help: "How many times faster than the clock: 600 plays an hour in 6 s.") var speed = 600.0
        @Option(help: ArgumentHelp("The simulator, by its id among the gateways.", valueName: "id"))
        var gateway: String?
        @Flag(help: "Only say what would happen; nothing is sent.") var look = false
        @OptionGroup var place: EventWorkspaceOption
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard RehearsalPlayer.speeds.contains(speed) else {
                throw ValidationError("--speed must be from 1 to 1000000")
            }
        }

        func run() async throws {
            try await options.run { session in
                let rehearsal = try await session.rehearseEvent(EventKey(event), through: gateway, in: place.workspace)
                if !look { try await play(rehearsal) }
                try options.show(rehearsal) { RehearsalText.render(rehearsal, width: $0) }
            }
        }

        private func play(_ rehearsal: EventRehearsal) async throws {
            let clock = SystemClock()
            let client = GatewayClient(now: { clock.now() })
            let tells = !options.json
            do {
                let player = try RehearsalPlayer(gateways: client, speed: speed, now: { clock.now() })
                try await player.requireSimulators(rehearsal)
                await player.play(rehearsal) { message, outcome in
                    if tells { Terminal.write(RehearsalText.line(message, outcome)) }
                }
            } catch {
                // The refusal is what is told; a socket that does not close is not.
                try? await client.shutdown()
                throw error
            }
            try await client.shutdown()
        }
    }
}
