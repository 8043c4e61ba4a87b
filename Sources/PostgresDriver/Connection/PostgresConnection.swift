/// One session with a PostgreSQL server, served by a thread of its own. Safe to share: statements run one after
/// another.
///
/// Ends by ``close()``, by the loss of the session, or when nothing refers to it any more.
public final class PostgresConnection: PostgresTransactor {
    let mailbox: ConnectionMailbox
    public let configuration: PostgresConfiguration

    private init(mailbox: ConnectionMailbox, configuration: PostgresConfiguration) {
        self.mailbox = mailbox
        self.configuration = configuration
    }

    deinit {
        mailbox.requestClose()
    }

    /// Sets a session up within the configuration's `connectTimeout`.
    ///
    /// - Parameters:
    ///   - onNotice: Called on the connection's thread for each notice; it must return quickly.
    ///   - onEnd: Called once, on the connection's thread, when an established session is over.
    /// - Throws: ``PostgresError`` of kind `connectionFailed` or `cancelled`.
    public static func connect(
        _ configuration: PostgresConfiguration,
        onNotice: @escaping @Sendable (PostgresNotice) -> Void = { _ in },
        onEnd: @escaping @Sendable (PostgresError) -> Void = { _ in }
    ) async throws(PostgresError) -> PostgresConnection {
        guard let wake = WakeDescriptor() else {
            throw PostgresError(.connectionFailed, "no file descriptor is left; raise the limit (ulimit -n)")
        }
        let mailbox = ConnectionMailbox(wake: wake, queueLimit: configuration.queueLimit)
        let opening = ConnectionOpening()
        let thread = ConnectionThread(
            configuration: configuration, mailbox: mailbox, opening: opening, notices: NoticeHook(onNotice),
            onEnd: onEnd)
        thread.start(deadline: .now + configuration.connectTimeout)
        try await waitForOpening(opening, configuration, wake: wake).get()
        return PostgresConnection(mailbox: mailbox, configuration: configuration)
    }

    /// Sets a session up for the duration of `body`.
    public static func withConnection<Value: Sendable>(
        _ configuration: PostgresConfiguration,
        onNotice: @escaping @Sendable (PostgresNotice) -> Void = { _ in },
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await connect(configuration, onNotice: onNotice)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Whether the session is over or ending.
    public var isClosed: Bool { mailbox.isClosed }

    /// Whether the session is in no transaction and has nothing to do.
    var isIdle: Bool { mailbox.isIdle }

    /// Ends the session: a running statement is cancelled, waiting ones fail. Returns when all have been answered.
    public func close() async {
        mailbox.requestClose()
        await mailbox.waitUntilEnded()
    }

    /// Starts what ``close()`` does, without waiting for it.
    func abandon() {
        mailbox.requestClose()
    }

    @discardableResult
    public func query(
        _ sql: String, _ parameters: [PostgresValue], deadline: Duration?
    ) async throws(PostgresError) -> PostgresResult {
        try await submit(.query(sql, parameters), deadline: deadline)
    }

    public func execute(script: String, deadline: Duration?) async throws(PostgresError) {
        try await submit(.script(script), deadline: deadline)
    }

    // MARK: Submission

    /// - Parameter isCancellable: False for what must be done even in a cancelled task, such as a rollback.
    @discardableResult
    func submit(
        _ request: Request, scope: TransactionScope? = nil, deadline: Duration?, isCancellable: Bool = true
    ) async throws(PostgresError) -> PostgresResult {
        let ticket = CancellationTicket()
        let instant = ContinuousClock.now + (deadline ?? configuration.defaultDeadline)
        if !isCancellable {
            return try await enqueue(request, scope, instant, ticket).get()
        }
        return try await withTaskCancellationHandler {
            await enqueue(request, scope, instant, ticket)
        } onCancel: {
            ticket.cancel()
            mailbox.wake.signal()
        }.get()
    }

    private func enqueue(
        _ request: Request, _ scope: TransactionScope?, _ deadline: ContinuousClock.Instant,
        _ ticket: CancellationTicket
    ) async -> Outcome {
        await withCheckedContinuation { continuation in
            mailbox.submit(
                Submission(
                    request: request, deadline: deadline, scope: scope, ticket: ticket, continuation: continuation))
        }
    }

    private static func waitForOpening(
        _ opening: ConnectionOpening, _ configuration: PostgresConfiguration, wake: WakeDescriptor
    ) async -> Result<Void, PostgresError> {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // The thread keeps the same deadline and reports better; this is for when it hangs in name
                    // resolution.
                    let margin = Duration.milliseconds(100)
                    // A cancelled sleep means that the answer is there.
                    guard (try? await Task.sleep(for: configuration.connectTimeout + margin)) != nil else { return }
                    opening.complete(.failure(Session.timedOut(configuration)))
                }
                let answer = await opening.answer()
                group.cancelAll()
                return answer
            }
        } onCancel: {
            opening.complete(.failure(PostgresError(.cancelled, "the task was cancelled while it connected")))
            wake.signal()
        }
    }
}
