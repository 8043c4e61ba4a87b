import ArgumentParser
import SluiceOperations

struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "List nodes, drain them and take that back.",
        discussion: """
            A drained node stays alive and idle: a shard node hands its devices over and gets none, a coordinator gives up the lead and takes \
            none. It stays drained, also when it or the leader restarts, until it is undrained.

            EXAMPLES:
              sluice nodes list
              sluice nodes drain shard-2 --reason "new disk" --wait
              sluice nodes undrain shard-2 --wait
              sluice nodes list --json | jq '.[] | select(.isDrained)'
            """,
        subcommands: [List.self, Drain.self, Undrain.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List nodes with what they own and whether they are drained.",
            discussion: "It asks the database alone; `sluice status` also asks the nodes.")

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let nodes = try await session.listNodes()
                try options.show(nodes) { NodeText.render(nodes, width: $0) }
            }
        }
    }

    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have a node hand over what it has and give it nothing more.",
            discussion: """
                Open requests end and are settled before their devices move: nothing becomes unknown and nothing is sent twice.

                EXAMPLES:
                  sluice nodes drain shard-2 --wait
                  sluice nodes drain coordinator-1 --reason "kernel update"

                ERRORS, in brackets at the end of the message:
                  unknown_node          no node of this name is known
                  ambiguous_node        a coordinator and a shard node have this name: add --role
                  node_not_drainable    an API node owns nothing
                  last_node             no other node could take its work: --force
                  hand_over_unfinished  --wait took longer than --timeout; the hand-over goes on
                """)

        @OptionGroup var node: NodeArguments
        @Option(help: "For the audit log and for colleagues.")
        var reason: String?
        @Flag(help: "Also when nobody is left to do its work.")
        var force = false
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await node.change(options) { session in
                try await session.drainNode(node.name, role: node.role?.rawValue, reason: reason, isForced: force)
            }
        }
    }

    struct Undrain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a drained node its share again.",
            discussion: """
                EXAMPLE:
                  sluice nodes undrain shard-2 --wait

                ERRORS: as of `sluice nodes drain`.
                """)

        @OptionGroup var node: NodeArguments
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await node.change(options) { session in
                try await session.undrainNode(node.name, role: node.role?.rawValue)
            }
        }
    }
}

/// Which node, and whether to wait for what was asked of it.
struct NodeArguments: ParsableArguments {
    enum Role: String, ExpressibleByArgument, CaseIterable { case coordinator, shard }

    @Argument(help: "The node's name.")
    var name: String
    @Option(help: "Needed when a coordinator and a shard node have the same name.")
    var role: Role?
    @Flag(help: "Return when the hand-over is done.")
    var wait = false
    @Option(help: ArgumentHelp("How long --wait waits.", valueName: "seconds"))
    var timeout = 120

    func validate() throws {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout is 1 to 86,400 seconds") }
    }

    /// Makes the change, waits for what follows from it when that is wanted, and tells about both.
    func change(
        _ options: OperatorOptions, _ make: (OperatorSession) async throws -> NodeChange
    ) async throws {
        try await options.run { session in
            var change = try await make(session)
            var progress: HandOverProgress?
            if wait {
                defer { Terminal.showProgress("") }
                progress = try await session.waitForHandOver(change, within: .seconds(timeout)) { now in
                    Terminal.showProgress(NodeText.progress(change, now) + " …")
                }
            }
            change.slots = progress?.slots ?? change.slots
            change.isLeader = progress?.isLeader ?? change.isLeader
            try options.show(change) { _ in NodeText.render(change, progress) }
        }
    }
}
