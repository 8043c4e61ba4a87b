internal import CPostgres

/// A message from the server that is not an error, for example a `NOTICE` from `RAISE`.
public struct PostgresNotice: Sendable, Equatable {
    /// `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`, not localized.
    public let severity: String
    public let sqlState: String
    public let message: String

    public init(severity: String, sqlState: String, message: String) {
        self.severity = severity
        self.sqlState = sqlState
        self.message = message
    }
}

/// Brings libpq's notices to a closure. It runs on the connection's thread: keep it short, and never wait in it.
final class NoticeHook: Sendable {
    let receive: @Sendable (PostgresNotice) -> Void

    init(_ receive: @escaping @Sendable (PostgresNotice) -> Void) {
        self.receive = receive
    }

    /// The session that installs this keeps it alive for as long as it has the connection.
    func install(on connection: OpaquePointer) {
        PQsetNoticeReceiver(connection, receiveNotice, Unmanaged.passUnretained(self).toOpaque())
    }
}

private func receiveNotice(_ context: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
    guard let context, let result else { return }
    let notice = PostgresNotice(
        severity: Session.field(UInt8(ascii: "V"), of: result) ?? "NOTICE",
        sqlState: Session.field(UInt8(ascii: "C"), of: result) ?? "00000",
        message: Session.field(UInt8(ascii: "M"), of: result) ?? "")
    Unmanaged<NoticeHook>.fromOpaque(context).takeUnretainedValue().receive(notice)
}
