/// The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3): seconds or an HTTP date.
enum RetryAfter {
    /// A day: longer than any gateway's own window. A larger wish is a mistake and would park the contact for good.
    private static let longest: Int64 = 86_400

    /// Nil when there is no header, or one that cannot be read: the caller's own back-off holds then.
    ///
    /// A date is measured against the answer's own `Date` header: the gateway's clock against the gateway's clock, so
    /// that neither side's wall clock needs to be right. Without that header a date says nothing.
    static func wait(in answer: HTTPAnswer) -> Duration? {
        guard let value = answer.header("Retry-After") else { return nil }
        if let seconds = Int64(value), seconds >= 0 { return .seconds(min(seconds, longest)) }
        guard let until = HTTPDate.seconds(value), let sent = answer.header("Date").flatMap(HTTPDate.seconds) else {
            return nil
        }
        return .seconds(min(max(until - sent, 0), longest))
    }
}
