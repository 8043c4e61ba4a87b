public import FoundationEssentials
internal import PostgresDriver
internal import SluiceStore

/// A time that this database came back from a backup.
public struct RestoreLine: Codable, Hashable, Sendable {
    public var noticedAt: Date
    /// How it was noticed, or what was said when it was declared.
    public var evidence: String
    public var declaredBy: String
    /// The leader's last sign of life in the backup.
    public var aliveAt: Date?
    /// Nil: nothing is sent until somebody confirms it.
    public var confirmedAt: Date?
    public var confirmedBy: String?
    /// What was due by then was taken for possibly sent. Nil in a confirmed one: nothing was sent since the backup.
    public var sentUntil: Date?
}

/// What was sent after the backup was made.
public enum SentSinceBackup: Hashable, Sendable {
    case nothing
    /// Whatever was due by then may have been. Nil: by now.
    case perhaps(until: Date?)
}

/// What a confirmation did.
public struct RestoreReport: Codable, Hashable, Sendable {
    /// Contacts whose outcome became unknown.
    public var unknown: Int
    public var sentUntil: Date?
}

extension OperatorSession {
    /// The newest first.
    public func listRestores() async throws -> [RestoreLine] {
        try await database.query(
            """
            SELECT noticed_at, evidence, declared_by, alive_at, confirmed_at, confirmed_by, sent_until
            FROM restores ORDER BY id DESC LIMIT 100
            """
        ).map { row in
            RestoreLine(
                noticedAt: try row.date("noticed_at") ?? Date(), evidence: try row.decode(String.self, "evidence"),
                declaredBy: try row.decode(String.self, "declared_by"), aliveAt: try row.date("alive_at"),
                confirmedAt: try row.date("confirmed_at"), confirmedBy: try row.decode(String?.self, "confirmed_by"),
                sentUntil: try row.date("sent_until"))
        }
    }

    /// Says that this database was restored: every node begins a new life and starts nothing until it is confirmed.
    /// - Returns: false when that was known already.
    @discardableResult
    public func declareRestore(reason: String) async throws -> Bool {
        try await change(deadline: .seconds(60)) { change in
            let known = try await change.query("SELECT FROM restores WHERE confirmed_at IS NULL")
            guard known.isEmpty else { return false }
            try await change.query(
                "SELECT sluice_declare_restore($1, $2)", [.string(Words.cut(reason)), .string(actor)])
            try await change.record("restores.declare", target: "database", after: ["reason": reason])
            return true
        }
    }

    /// Says what was sent since the backup, and lets nodes work. Goes through all contacts, in chunks; when it is
    /// interrupted, it is run again.
    /// - Throws: ``OperationsError`` when no restore is unconfirmed, or the leader has not worked off what the backup
    ///   left it.
    public func confirmRestore(_ sent: SentSinceBackup) async throws -> RestoreReport {
        let until = try await sentUntil(sent)
        var report = RestoreReport(unknown: 0, sentUntil: until.map { Date(microseconds: $0.microsecondsSinceEpoch) })
        var last: UUID?
        repeat {
            let chunk = try await change(deadline: .seconds(120)) { change in
                try await RestoreConfirmation.sweep(after: last, sentUntil: until, in: change.transaction)
            }
            report.unknown += chunk.unknown
            last = chunk.last
        } while last != nil
        let (unknown, actor) = (report.unknown, actor)
        try await change(deadline: .seconds(60)) { change in
            guard try await RestoreConfirmation.finish(sentUntil: until, by: actor, in: change.transaction) else {
                throw Self.nothingToConfirm
            }
            try await change.record("restores.confirm", target: "database", after: ["unknown": unknown])
        }
        return report
    }

    private func sentUntil(_ sent: SentSinceBackup) async throws -> PostgresTimestamp? {
        try await change { change in
            guard try await !change.query("SELECT FROM restores WHERE confirmed_at IS NULL").isEmpty else {
                throw Self.nothingToConfirm
            }
            guard case .perhaps(let until) = sent else { return nil }
            let undecided = try await RestoreConfirmation.undecided(in: change.transaction)
            guard undecided == 0 else {
                throw OperationsError.refused(
                    code: "intake_waiting",
                    message:
                        "\(Words.counted(undecided, "enrollment")) or branches of the backup wait to be worked off: "
                        + "start a coordinator and try again in a few seconds")
            }
            let now = try await change.query("SELECT clock_timestamp()").scalar(PostgresTimestamp.self)
            guard let until else { return now }
            return PostgresTimestamp(microsecondsSinceEpoch: Int64(until.timeIntervalSince1970 * 1_000_000))
        }
    }

    private static var nothingToConfirm: OperationsError {
        .refused(
            code: "no_restore",
            message: "no restore waits to be confirmed; `sluice restores declare` says that there was one")
    }
}
