/// What kind of work a message is, which its recipient's number says: so the request log alone tells them apart.
public enum WorkClass: String, Sendable, Codable, CaseIterable {
    case trigger
    case campaign
    case hot
    case later
    case paused

    /// Recipient i of the class is `firstPhone + i`.
    var firstPhone: Int64 {
        switch self {
        case .trigger: 4_915_000_000_000
        case .campaign: 4_917_000_000_000
        case .hot: 4_918_000_000_000
        case .later: 4_919_000_000_000
        case .paused: 4_920_000_000_000
        }
    }

    /// Of its sequence, as users give it: 1 is the most urgent.
    var priority: Int32 {
        switch self {
        case .trigger, .paused: 1
        case .campaign, .hot: 100
        case .later: 50
        }
    }

    /// The class of a recipient and its number within it; nil for nobody of ours.
    static func of(recipient: String) -> (workClass: WorkClass, index: Int)? {
        guard let phone = Int64(recipient) else { return nil }
        for workClass in allCases where (0..<1_000_000_000).contains(phone - workClass.firstPhone) {
            return (workClass, Int(phone - workClass.firstPhone))
        }
        return nil
    }
}
