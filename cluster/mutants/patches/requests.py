"""One request, and what becomes of it on its way."""

from mutant import Edit, Mutant

ATTEMPT = "Sources/SluiceGateways/Client/SendAttempt.swift"
SOCKET = "Sources/SluiceGateways/Client/ResettingSocket.swift"

MUTANTS = (
    Mutant(
        name="retry-on-timeout",
        about="a request that timed out is posted once more",
        situation="hanging-gateway",
        expected=("I2",),
        edits=(
            Edit(
                ATTEMPT,
                '''        ) { result in
            if case .answered = result { Failpoints.before(.response) }
''',
                '''        ) { [request] result in
            if isMutant("retry-on-timeout"), case .lost(.timeout) = result {
                let again = SendTicket(latestStart: nil, totalTime: device.gateway.httpTimeout)
                let started: Void? = try? connections.start(
                    request, below: device.gateway.baseURL, ticket: again, totalTime: device.gateway.httpTimeout
                ) { ended(Self.outcome(of: $0, by: adapter)) }
                if started != nil { return }
            }
            if case .answered = result { Failpoints.before(.response) }
'''),
        )),
    Mutant(
        name="no-reset-on-abort",
        about="a connection that is given up is closed, not reset, so that the kernel goes on delivering",
        situation="stalled-path",
        expected=("I9",),
        edits=(
            Edit(
                SOCKET, "        guard let socket = channel as? any SocketOptionProvider else {\n",
                '''        if isMutant("no-reset-on-abort") { return channel.eventLoop.makeSucceededVoidFuture() }
        guard let socket = channel as? any SocketOptionProvider else {
'''),
            Edit(
                SOCKET, "        let option = ChannelOptions.Types.SocketOption(level: .tcp",
                '''        if isMutant("no-reset-on-abort") { return }
        let option = ChannelOptions.Types.SocketOption(level: .tcp'''),
        )),
    Mutant(
        name="new-id-on-retry",
        about="each attempt of a message has an id of its own",
        situation="refusals",
        expected=("I3",),
        edits=(
            Edit(
                ATTEMPT, "        self.reservation = reservation\n",
                '''        var reservation = reservation
        if isMutant("new-id-on-retry") { reservation.message.moves += 1_000 * (reservation.attempt - 1) }
        self.reservation = reservation
'''),
        )),
)
