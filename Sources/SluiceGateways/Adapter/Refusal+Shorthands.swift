internal import SluiceCore

extension Refusal {
    /// An answer that the gateway gave: the attempt keeps its place in the caps' windows.
    static func charged(_ code: String?, _ detail: String, _ disposition: Disposition) -> Refusal {
        Refusal(code: code ?? "refused", detail: detail, isCharged: true, disposition: disposition)
    }

    /// A message that a dialect cannot express. No byte was written.
    static func unsendable(code: String, detail: String) -> Refusal {
        Refusal(code: code, detail: detail, isCharged: false, disposition: .permanent)
    }

    /// A device whose gateway settings cannot be used. No byte was written; its contacts wait for the correction.
    static func misconfigured(code: String, detail: String) -> Refusal {
        Refusal(code: code, detail: detail, isCharged: false, disposition: .device(.notFound))
    }
}
