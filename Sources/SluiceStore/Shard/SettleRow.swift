internal import PostgresDriver
internal import SluiceCore

/// One attempt as the statement takes it.
struct SettleRow {
    var contact: ContactID
    var attempt: Int32
    var day: Int32
    var batch: BatchID
    var generation: Int32
    var moves: Int32
    var state = "unknown"
    /// What a refusal asks for: `retry`, `permanent`, `permanent_if_repeated`, `opted_out`, `device`; nil otherwise.
    var verdict: String?
    var isCharged = true
    var code: String?
    var detail: String?
    var providerID: String?
    /// Microseconds from now before which a retry must not start.
    var notBefore: Int64 = 0

    /// A year: what a gateway says of longer waits means never, and must not leave the calendar.
    private static let longestWait: Int64 = 365 * 86_400 * 1_000_000

    init(_ settlement: Settlement) {
        let reservation = settlement.reservation
        self.init(
            contact: reservation.claim.contact, attempt: reservation.attempt, day: reservation.day,
            batch: reservation.claim.batch, generation: reservation.message.generation,
            moves: reservation.message.moves, outcome: settlement.outcome)
    }

    /// An attempt that nobody alive will settle: it may have been accepted.
    init(orphan row: PostgresRow) throws {
        try self.init(row, outcome: .unknown(code: "owner_died", detail: ""))
    }

    init(_ row: PostgresRow, day: String = "day", outcome: Outcome) throws {
        self.init(
            contact: try row.contact("contact_id"), attempt: try row.decode(Int32.self, "attempt"),
            day: try row.decode(Int32.self, day), batch: BatchID(rawValue: try row.decode(Int64.self, "batch")),
            generation: try row.decode(Int32.self, "generation"), moves: try row.decode(Int32.self, "moves"),
            outcome: outcome)
    }

    init(
        contact: ContactID, attempt: Int32, day: Int32, batch: BatchID, generation: Int32, moves: Int32,
        outcome: Outcome
    ) {
        self.contact = contact
        self.attempt = attempt
        self.day = day
        self.batch = batch
        self.generation = generation
        self.moves = moves
        switch outcome {
        case .sent(let providerID):
            state = "sent"
            self.providerID = providerID
        case .unknown(let code, let detail):
            (self.code, self.detail) = (code, detail)
        case .aborted(let code):
            (state, isCharged, self.code) = ("aborted", false, code)
        case .refused(let refusal):
            (state, isCharged, code, detail) = ("failed", refusal.isCharged, refusal.code, refusal.detail)
            switch refusal.disposition {
            case .retry(let notBefore):
                verdict = "retry"
                self.notBefore = min(notBefore?.wholeMicroseconds ?? 0, Self.longestWait)
            case .permanent: verdict = "permanent"
            case .optedOut: verdict = "opted_out"
            case .permanentIfRepeated: verdict = "permanent_if_repeated"
            case .device: verdict = "device"
            }
        }
    }
}
