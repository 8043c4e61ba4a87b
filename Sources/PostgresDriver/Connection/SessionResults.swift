internal import CPostgres

/// Waiting for the server's answer under a deadline, and reading it.
extension Session {
    /// Sends what is buffered and takes all results of the statement; returns the last one or throws the first error.
    func collect(
        _ ticket: CancellationTicket, _ progress: inout StatementProgress
    ) throws(PostgresError) -> ResultStorage {
        var cancel: CancelRequest?
        var last: ResultStorage?
        var failure: PostgresError?
        while true {
            try untilReady(ticket, &progress, &cancel)
            guard let raw = PQgetResult(handle.raw) else { break }
            switch PQresultStatus(raw) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                last = ResultStorage(owning: raw)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(raw)
                throw connectionLost("COPY is not supported by this driver", mayHaveTakenEffect: true)
            default:
                defer { PQclear(raw) }
                failure = failure ?? serverError(raw, progress)
            }
        }
        if let cancel { awaitEnd(of: cancel) }
        if let failure { throw failure }
        guard let last else { throw connectionLost("the server sent no result", mayHaveTakenEffect: true) }
        return last
    }

    /// Until the next result is complete.
    private func untilReady(
        _ ticket: CancellationTicket, _ progress: inout StatementProgress, _ cancel: inout CancelRequest?
    ) throws(PostgresError) {
        while true {
            let unsent = PQflush(handle.raw)
            // On failure libpq has kept the reason in a result that PQgetResult returns.
            if unsent < 0 || (unsent == 0 && PQisBusy(handle.raw) == 0) { return }
            let readiness = try step(ticket, &progress, &cancel, forWriting: unsent == 1)
            if readiness.isReadable, PQconsumeInput(handle.raw) == 0 {
                throw connectionLost(mayHaveTakenEffect: true)
            }
        }
    }

    /// A cancel request that is still under way could hit the next statement; when it does not end, there must be no
    /// next one.
    private func awaitEnd(of cancel: CancelRequest) {
        let limit = ContinuousClock.now + configuration.cancelGrace
        while !cancel.isOver {
            let now = ContinuousClock.now
            guard now < limit else {
                hasStrayCancel = true
                return
            }
            let earliest = mailbox.answerLapsed(now: now) ?? limit
            // Only the wake-up counts: a socket that is readable would end every wait at once.
            _ = SocketWait.poll(socket: -1, forWriting: false, wake: mailbox.wake, until: min(limit, earliest))
        }
    }

    /// One wait; keeps the deadlines of this statement and of those in the queue.
    private func step(
        _ ticket: CancellationTicket, _ progress: inout StatementProgress, _ cancel: inout CancelRequest?,
        forWriting: Bool
    ) throws(PostgresError) -> Readiness {
        let now = ContinuousClock.now
        var until: ContinuousClock.Instant
        switch progress.advance(now: now, isTaskCancelled: ticket.isCancelled || mailbox.isClosing) {
        case .wait(let limit):
            until = limit
        case .sendCancel:
            if cancel?.isOver ?? true { cancel = CancelRequest.send(on: handle, wake: mailbox.wake) }
            // The state has changed: look again at once.
            until = now
        case .abandon(let reason):
            throw reason.abandonedError
        }
        if let earliest = mailbox.answerLapsed(now: now) { until = min(until, earliest) }
        return SocketWait.poll(
            socket: handle.socket, forWriting: forWriting, wake: mailbox.wake, until: until)
    }

    private func serverError(_ result: OpaquePointer, _ progress: StatementProgress) -> PostgresError {
        guard let sqlState = Self.field(UInt8(ascii: "C"), of: result) else {
            return connectionLost(mayHaveTakenEffect: true)
        }
        if sqlState == "57014", let reason = progress.cancelReason { return reason.confirmedError }
        let report = Self.report(result, sqlState: sqlState)
        // A session that the server ends may have committed just before it was told to end.
        let endsSession = report.severity != "ERROR"
        return PostgresError(
            .server(report), report.message, isConnectionFatal: endsSession || handle.isBad,
            mayHaveTakenEffect: endsSession)
    }

    private static func report(_ result: OpaquePointer, sqlState: String) -> PostgresServerError {
        PostgresServerError(
            sqlState: sqlState,
            severity: field(UInt8(ascii: "V"), of: result) ?? "ERROR",
            message: field(UInt8(ascii: "M"), of: result) ?? "",
            detail: field(UInt8(ascii: "D"), of: result),
            hint: field(UInt8(ascii: "H"), of: result),
            schema: field(UInt8(ascii: "s"), of: result),
            table: field(UInt8(ascii: "t"), of: result),
            column: field(UInt8(ascii: "c"), of: result),
            constraint: field(UInt8(ascii: "n"), of: result))
    }

    /// A field of an error or notice report; its codes are the letters of the wire protocol ("Error and Notice
    /// Message Fields").
    static func field(_ code: UInt8, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
    }
}
