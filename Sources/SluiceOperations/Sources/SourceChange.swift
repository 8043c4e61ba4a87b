internal import SluiceCore

/// What a setting shall be: left as it is, taken away, or this.
public enum SettingChange<Value: Sendable & Hashable>: Hashable, Sendable {
    case keep
    case clear
    case set(Value)

    /// What the database is to write, when anything.
    var value: Value? { if case .set(let value) = self { value } else { nil } }
    var isKept: Bool { self == .keep }
}

/// Quiet hours: no message from the one time of day until before the other, `20:00-08:00`.
public struct QuietHours: Codable, Hashable, Sendable {
    public var from: String
    public var to: String

    /// - Throws: ``OperationsError/invalid(field:message:)`` for anything but two different times of day.
    public init(parsing text: String) throws(OperationsError) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2, ends.allSatisfy(Self.isTime), ends[0] != ends[1] else {
            throw .invalid(field: "quietHours", message: "\"\(text)\" is not two times of day, such as 20:00-08:00")
        }
        (from, to) = (ends[0], ends[1])
    }

    private static func isTime(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1])
        else { return false }
        return hour < 24 && minute < 60
    }
}

/// How long something lasts, as people write it: `90s`, `45m`, `2h`, `3d`.
public struct Span: Hashable, Sendable {
    public var seconds: Int

    /// Ten years, as the longest wait of a step.
    private static let most = 87_600 * 3_600
    private static let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]

    /// - Throws: ``OperationsError/invalid(field:message:)`` for anything but a whole number above 0 and a unit.
    public init(parsing text: String, field: String) throws(OperationsError) {
        guard let unit = text.last.flatMap({ Self.units[$0] }), let count = Int(text.dropLast()), count > 0,
            count <= Self.most / unit
        else {
            throw .invalid(
                field: field, message: "\"\(text)\" is not a time such as 90s, 45m, 2h or 3d, of at most ten years")
        }
        seconds = count * unit
    }
}

/// What is to be changed of a source's settings. In JSON a field that is not there is left as it is, and `null` takes
/// the setting away: `{"ratePerMinute": 60, "quietHours": "20:00-08:00", "expiresAfter": null}`.
public struct SourceChange: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case ratePerMinute, quietHours, expiresAfter, workspaceId
    }

    public var ratePerMinute: SettingChange<Int> = .keep
    /// As ``QuietHours/init(parsing:)`` takes them.
    public var quietHours: SettingChange<String> = .keep
    /// As ``Span/init(parsing:field:)`` takes it.
    public var expiresAfter: SettingChange<String> = .keep
    public var workspaceId: String?

    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        ratePerMinute = try values.change(of: .ratePerMinute)
        quietHours = try values.change(of: .quietHours)
        expiresAfter = try values.change(of: .expiresAfter)
        workspaceId = try values.decodeIfPresent(String.self, forKey: .workspaceId)
    }

    public static let bounds: [FieldBound<SourceChange>] = [
        .number(.ratePerMinute, 1...1_000_000) { $0.ratePerMinute.value.map(Double.init) },
        .text(.quietHours) { $0.quietHours.value }, .text(.expiresAfter) { $0.expiresAfter.value },
        .text(.workspaceId) { $0.workspaceId },
    ]

    /// What it says, read.
    struct Validated: Sendable {
        var quiet: QuietHours?
        var expiresAfter: Span?
    }

    /// - Throws: ``OperationsError/invalid(field:message:)`` naming the first field that cannot be.
    func validated() throws(OperationsError) -> Validated {
        try checkBounds()
        guard !ratePerMinute.isKept || !quietHours.isKept || !expiresAfter.isKept else {
            throw .refused(code: "nothing_to_change", message: "give at least one setting that is to be changed")
        }
        return Validated(
            quiet: try quietHours.value.map { text throws(OperationsError) in try QuietHours(parsing: text) },
            expiresAfter: try expiresAfter.value.map { text throws(OperationsError) in
                try Span(parsing: text, field: "expiresAfter")
            })
    }
}

extension KeyedDecodingContainer<SourceChange.CodingKeys> {
    fileprivate func change<Value: Decodable>(of key: Key) throws -> SettingChange<Value> {
        guard contains(key) else { return .keep }
        return try decodeNil(forKey: key) ? .clear : .set(try decode(Value.self, forKey: key))
    }
}
