/// The three caps of a device as an operator writes them: hourly/daily/concurrent, `80/800/50`.
public struct CapValues: Codable, Hashable, Sendable {
    public var hourly: Int
    public var daily: Int
    public var concurrent: Int

    public init(hourly: Int, daily: Int, concurrent: Int) {
        self.hourly = hourly
        self.daily = daily
        self.concurrent = concurrent
    }

    /// The most a cap can be: as many as its column holds.
    private static let most = Int(Int32.max)

    /// - Throws: ``OperationsError/invalid(field:message:)`` for anything but three whole numbers from 1 to 2147483647.
    public init(parsing text: String) throws(OperationsError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy(Self.isWholeNumber) else {
            throw .invalid(field: "caps", message: "\"\(text)\" is not hourly/daily/concurrent, such as 80/800/50")
        }
        let numbers = try parts.map { part throws(OperationsError) in
            // One with too many digits for an Int is too large, or too small, as well.
            let number = Int(part) ?? (part.hasPrefix("-") ? 0 : .max)
            guard number > 0 else {
                throw .invalid(field: "caps", message: "\"\(text)\": each must be above 0; to stop a device, pause it")
            }
            guard number <= Self.most else {
                throw .invalid(
                    field: "caps", message: "\"\(text)\": \(part) is too large; a cap is at most \(Self.most)")
            }
            return number
        }
        let (hourly, daily, concurrent) = (numbers[0], numbers[1], numbers[2])
        self.init(hourly: hourly, daily: daily, concurrent: concurrent)
    }

    private static func isWholeNumber(_ text: Substring) -> Bool {
        let digits = text.drop { $0 == "-" || $0 == "+" }
        return text.count - digits.count <= 1 && !digits.isEmpty && digits.allSatisfy { ("0"..."9").contains($0) }
    }
}

extension CapValues: CustomStringConvertible {
    public var description: String { "\(hourly)/\(daily)/\(concurrent)" }
}
