internal import CPostgres

/// One session with the server: libpq's connection, its prepared statements and its loop.
///
/// Not Sendable: made on the connection's thread, used there, destroyed there.
final class Session {
    let handle: ConnectionHandle
    let mailbox: ConnectionMailbox
    let configuration: PostgresConfiguration
    let notifications = NotificationRouter()
    var statements: StatementCache
    /// A cancel request may still arrive at the server.
    var hasStrayCancel = false
    private let notices: NoticeHook

    init(
        handle: consuming ConnectionHandle, mailbox: ConnectionMailbox, configuration: PostgresConfiguration,
        notices: NoticeHook
    ) {
        self.handle = handle
        self.mailbox = mailbox
        self.configuration = configuration
        self.notices = notices
        statements = StatementCache(limit: configuration.statementCacheLimit)
        notices.install(on: self.handle.raw)
        PQsetnonblocking(self.handle.raw, 1)
    }

    /// Serves submissions until the connection is closed or lost, and says which.
    func serve() -> PostgresError {
        while true {
            switch mailbox.next() {
            case .close:
                return ConnectionMailbox.closed
            case .submission(let submission):
                if let end = answer(submission) { return end }
            case .nothing(let earliest):
                if let end = idle(until: earliest) { return end }
            }
        }
    }

    /// Waits for work; takes notifications in and notices that the server has gone.
    private func idle(until earliest: ContinuousClock.Instant?) -> PostgresError? {
        let readiness = SocketWait.poll(
            socket: handle.socket, forWriting: false, wake: mailbox.wake, until: earliest)
        if readiness.isReadable {
            guard PQconsumeInput(handle.raw) == 1, !handle.isBad else { return connectionLost() }
            deliverNotifications()
        }
        // When the socket and the wake-up are ready together, the next turn serves the wake-up.
        _ = mailbox.answerLapsed(now: .now)
        return nil
    }

    /// Runs one submission; returns the connection's end if it did not survive.
    private func answer(_ submission: Submission) -> PostgresError? {
        let outcome = run(submission)
        followTransaction(submission, outcome)
        deliverNotifications()
        let end: PostgresError? =
            if case .failure(let error) = outcome, error.isConnectionFatal {
                error.kind == .connectionLost ? error : connectionLost(error.message)
            } else if handle.isBad {
                connectionLost()
            } else if hasStrayCancel {
                connectionLost("a cancel request did not end in time")
            } else if mailbox.openScope == nil, case .end = submission.request, !isOutsideTransaction {
                connectionLost("a transaction could not be ended")
            } else {
                nil
            }
        mailbox.publishIdle(end == nil && isOutsideTransaction)
        // A caller that sees its answer must also see what became of the connection.
        if let end { mailbox.end(with: end) }
        submission.continuation.resume(returning: outcome)
        return end
    }

    private func run(_ submission: Submission) -> Outcome {
        if submission.isLapsed(now: .now) { return .failure(submission.lapse) }
        if let scope = submission.scope, scope != mailbox.openScope, !submission.opensTransaction {
            return .failure(PostgresError(.transactionAborted, "the transaction is over already"))
        }
        do throws(PostgresError) {
            var progress = StatementProgress(deadline: submission.deadline, grace: configuration.cancelGrace)
            let result: ResultStorage
            switch submission.request {
            case .query(let sql, let values):
                result = try query(sql, values, submission.ticket, &progress)
            case .script(let sql), .begin(let sql), .end(let sql):
                result = try script(sql, submission.ticket, &progress)
            case .subscribe(let buffer):
                notifications.add(buffer)
                result = try script(Self.statements("LISTEN", buffer.channels.sorted()), submission.ticket, &progress)
            case .unsubscribe(let buffer):
                let unwanted = notifications.remove(buffer)
                result = try script(Self.statements("UNLISTEN", unwanted), submission.ticket, &progress)
            }
            return .success(PostgresResult(storage: result))
        } catch {
            return .failure(error)
        }
    }

    private func followTransaction(_ submission: Submission, _ outcome: Outcome) {
        switch (submission.request, outcome) {
        case (.begin, .success):
            if let scope = submission.scope { mailbox.enter(scope) }
        case (.end, _):
            mailbox.leaveScope()
        default:
            break
        }
    }

    private static func statements(_ command: String, _ channels: [String]) -> String {
        channels.map { "\(command) \($0.quotedIdentifier);" }.joined(separator: " ")
    }

    var isOutsideTransaction: Bool {
        PQtransactionStatus(handle.raw) == PQTRANS_IDLE
    }

    func connectionLost(_ reason: String? = nil, mayHaveTakenEffect: Bool = false) -> PostgresError {
        let reason = reason ?? handle.errorMessage
        return PostgresError(
            .connectionLost, "the connection to \(configuration.target) ended: \(reason)", isConnectionFatal: true,
            mayHaveTakenEffect: mayHaveTakenEffect)
    }

    func deliverNotifications() {
        while let notification = PQnotifies(handle.raw) {
            defer { PQfreemem(notification) }
            let channel = String(cString: notification.pointee.relname)
            let payload = notification.pointee.extra.map { String(cString: $0) } ?? ""
            notifications.deliver(
                PostgresNotification(
                    channel: channel, payload: payload, senderProcessID: notification.pointee.be_pid))
        }
    }
}
