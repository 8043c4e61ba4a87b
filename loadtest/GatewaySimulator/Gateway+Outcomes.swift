internal import NIOCore
internal import RequestLog

// How a message ends. Everything here leads to `conclude(_:_:)`, which writes the one response line.
extension Gateway {
    /// The device is done with the message: the moment at which it is accepted, if it is.
    func settle(_ exchange: Exchange) {
        let now = clock.now()
        if exchange.connection == nil, now - exchange.received > Self.nanoseconds(scenario.lateAcceptSeconds) {
            return drop(exchange, code: "CLIENT_GONE")
        }
        switch exchange.fault {
        case nil: accept(exchange, now)
        case .acceptThenTimeout?: accept(exchange, now, silently: true)
        case .acceptThenResetBeforeCommit?: accept(exchange, now) { _ in .resetBeforeCommit }
        case .acceptThenResetAfterCommit?: accept(exchange, now) { _ in .resetAfterCommit }
        case .acceptThenServerError?: accept(exchange, now, saying: .serverError)
        case .acceptThenGatewayTimeout?: accept(exchange, now, saying: .gatewayTimeout)
        case .acceptThenHTML?: accept(exchange, now, saying: .html)
        case .acceptThenEmptyBody?: accept(exchange, now, saying: .emptyBody)
        case .acceptThenSlowDrip?: accept(exchange, now) { .drip($0) }
        case .dropThenTimeout?:
            fallSilent(exchange, Ending(verdict: .dropped, code: "NO_ANSWER", delivery: .resetAfterCommit), now)
        case .dropThenReset?:
            conclude(exchange, Ending(verdict: .dropped, code: "RESET", delivery: .resetAfterCommit))
        case .dropThenCloseReused?:
            guard exchange.isOnReusedConnection else { return accept(exchange, now) }
            conclude(exchange, Ending(verdict: .dropped, code: "CLOSED", delivery: .closeAfterCommit))
        case .dropThenServerError?: conclude(exchange, with: .serverError)
        case .dropThenHTML?: conclude(exchange, with: .html)
        case .dropThenStatusFalse?: conclude(exchange, with: .statusFalse)
        case .refuseValidation?: conclude(exchange, with: .validation("refused by a fault"))
        case .refuseInvalidRecipient?: conclude(exchange, with: .invalidRecipient)
        case .refuseRateLimited?: conclude(exchange, with: .rateLimited(retryAfter: nil))
        case .refuseRateLimitedRetryAfter?:
            conclude(exchange, with: .rateLimited(retryAfter: scenario.retryAfterSeconds))
        case .refuseFirstAttempt?:
            if exchange.message.attempt ?? 1 > 1 {
                accept(exchange, now)
            } else {
                conclude(exchange, with: .rateLimited(retryAfter: nil))
            }
        case .refuseUnavailable?: conclude(exchange, with: .unavailable)
        case .refuseUpload?: conclude(exchange, with: .uploadFailed)
        case .refuseDisconnected?: conclude(exchange, with: .disconnected)
        case .refuseLoggedOut?: conclude(exchange, with: .loggedOut)
        }
    }

    typealias Ending = Exchange.Ending

    /// Accepts the message, unless the dialect recognizes it as one accepted before.
    ///
    /// - Parameters:
    ///   - reason: what the answer says instead of success.
    ///   - silently: no answer comes, and the request stays open.
    ///   - delivery: what happens to the answer.
    private func accept(
        _ exchange: Exchange, _ now: Int64, saying reason: Reason? = nil, silently: Bool = false,
        delivery: (Reply) -> Ending.Delivery = { .answer($0) }
    ) {
        if let key = exchange.message.idempotencyKey {
            guard !acceptedKeys.contains(key) else { return conclude(exchange, with: .duplicate) }
            acceptedKeys.insert(key)
        }
        let id = messageID(exchange)
        let reply = exchange.message.dialect.reply(reason ?? .accepted(messageID: id))
        let ending = Ending(
            verdict: .accepted, code: silently ? "NO_ANSWER" : reply.code,
            delivery: silently ? .resetAfterCommit : delivery(reply), acceptedNanoseconds: now, messageID: id)
        if silently { fallSilent(exchange, ending, now) } else { conclude(exchange, ending) }
    }

    /// The gateway's id of a message, the same in a repeated run.
    private func messageID(_ exchange: Exchange) -> String {
        var random = RandomSource(seed: scenario.seed, message: "id", attempt: Int64(exchange.sequence))
        let digits = String(random.next(), radix: 16, uppercase: true)
        if exchange.message.dialect == .twilio { return TwilioDialect.messageID(digits) }
        return "3EB0" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The message has an outcome, but no answer will come: the request stays open until its client gives up or the
    /// gateway's patience ends.
    private func fallSilent(_ exchange: Exchange, _ ending: Ending, _ now: Int64) {
        guard exchange.connection != nil else { return conclude(exchange, ending) }
        exchange.stage = .silent(ending, since: now)
        leaveLane(exchange)
    }

    /// Ends a message that nobody will learn about: not accepted, no answer.
    func drop(_ exchange: Exchange, code: String) {
        conclude(exchange, Ending(verdict: .dropped, code: code, delivery: .resetAfterCommit))
    }

    /// Ends a message that is not accepted with what its dialect says about `reason`.
    func conclude(_ exchange: Exchange, with reason: Reason) {
        let reply = exchange.message.dialect.reply(reason)
        let verdict: GatewayVerdict =
            reason == .duplicate ? .duplicate : reply.isDocumentedRefusal ? .refused : .dropped
        conclude(exchange, Ending(verdict: verdict, code: reply.code, delivery: .answer(reply)))
    }

    /// Writes the response line, frees the lane and, when the line is on disk, lets the answer go.
    func conclude(_ exchange: Exchange, _ ending: Ending) {
        precondition(!exchange.isConcluded, "a message ends once")
        exchange.stage = .concluded
        open[exchange.sequence] = nil
        statistics.concluded(ending.verdict)
        let connection = exchange.connection
        exchange.connection = nil
        var reply: Reply?
        switch ending.delivery {
        case .answer(let answer), .drip(let answer): reply = connection == nil ? nil : answer
        case .resetBeforeCommit: connection?.reset()
        case .resetAfterCommit, .closeAfterCommit: break
        }
        let outcome = RequestOutcome(
            sequence: exchange.sequence, nanoseconds: clock.now(), verdict: ending.verdict, answered: reply != nil,
            status: reply?.status, code: ending.code, acceptedNanoseconds: ending.acceptedNanoseconds,
            messageID: ending.messageID, fault: exchange.fault?.rawValue)
        log.append(.response(outcome))
        if let connection { deliver(ending.delivery, to: connection) }
        if ending.verdict == .accepted, let id = ending.messageID {
            letReply(exchange.message, to: id)
            tellDelivery(of: exchange.message, id)
        }
        leaveLane(exchange)
    }

    /// A recipient who answers messages does so once the log has what it answers.
    private func letReply(_ message: IncomingMessage, to messageID: String) {
        guard let device = message.device, let recipient = message.recipient,
            case .reply(let text) = SandboxRecipients.outcome(of: recipient)
        else { return }
        let from = String(recipient.prefix { $0 != "@" }.drop { $0 == "+" })
        let reply = InboundEvent(id: "R" + messageID, device: device, from: from, text: text)
        log.afterCommit { [callback] in callback.post(reply) }
    }

    /// What became of an accepted message: by Twilio to the address of the request, by GOWA to the callback and only for
    /// the recipients whose delivery is documented.
    private func tellDelivery(of message: IncomingMessage, _ id: String) {
        var delivery: Delivery?
        if case .delivery(let documented) = SandboxRecipients.outcome(of: message.recipient ?? "") {
            delivery = documented
        }
        if let target = message.statusCallback {
            let posts = (delivery ?? .inOrder).posts(of: message, id: id, to: target)
            log.afterCommit { [callback] in posts.forEach(callback.post) }
        } else if message.dialect == .gowa, let delivery, let device = message.device, let to = message.recipient {
            let receipts = delivery.states.compactMap { state in
                state == "delivered" ? ReceiptEvent(id: id, device: device, to: to) : nil
            }
            log.afterCommit { [callback] in receipts.forEach(callback.post) }
        }
    }

    private func deliver(_ delivery: Ending.Delivery, to connection: ConnectionHandler) {
        let drip = scenario.dripSeconds
        log.afterCommit {
            switch delivery {
            case .answer(let reply): connection.answer(reply)
            case .drip(let reply): connection.drip(reply, seconds: drip)
            case .resetBeforeCommit, .resetAfterCommit: connection.reset()
            case .closeAfterCommit: connection.close()
            }
        }
    }

    static func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }
}
