import SluiceCore
import TestSupport

@testable import SluiceGateways

func answer(_ status: Int, _ body: String = "", headers: [HeaderField] = []) -> HTTPAnswer {
    HTTPAnswer(status: status, headers: headers, body: Array(body.utf8))
}

extension Outcome {
    /// Everything a log could show of it.
    var allText: String { "\(self)" }
}
