/// The statements that a shard's metrics and logs tell apart.
enum StatementName: String, CaseIterable, Sendable {
    case versions
    case ownership
    case takeOver = "take_over"
    case devices
    case fetch
    case reserve
    case settle
    case setAside = "set_aside"
    case release
    case abortLost = "abort_lost"
    case reportFault = "report_fault"
    case giveUp = "give_up"
    case renew
}
