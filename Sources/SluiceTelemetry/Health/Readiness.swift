/// Whether a node can do its work now, and if not, why.
public struct Readiness: Hashable, Sendable {
    /// One thing that keeps a node from its work.
    public struct Reason: Hashable, Sendable {
        /// Stable, for programs: `database_unreachable`.
        public var code: String
        /// For people, without secrets.
        public var detail: String

        public init(code: String, detail: String) {
            self.code = code
            self.detail = detail
        }
    }

    /// Empty: ready.
    public var reasons: [Reason]

    public static let ready = Readiness(reasons: [])

    public init(reasons: [Reason]) { self.reasons = reasons }

    public var isReady: Bool { reasons.isEmpty }

    /// `{"ready":false,"reasons":[{"code":"…","detail":"…"}]}`
    var json: String {
        var text = "{\"ready\":\(isReady),\"reasons\":["
        for (index, reason) in reasons.enumerated() {
            text += index > 0 ? ",{\"code\":" : "{\"code\":"
            JSONLines.appendQuoted(reason.code, to: &text)
            text += ",\"detail\":"
            JSONLines.appendQuoted(LogMasking.mask(reason.detail), to: &text)
            text += "}"
        }
        return text + "]}\n"
    }
}
