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

    /// - Throws: ``OperationsError/invalid(field:message:)`` for anything but three whole numbers above 0.
    public init(parsing text: String) throws(OperationsError) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let hourly = numbers[0], let daily = numbers[1], let concurrent = numbers[2] else {
            throw .invalid(field: "caps", message: "\"\(text)\" is not hourly/daily/concurrent, such as 80/800/50")
        }
        guard [hourly, daily, concurrent].allSatisfy({ (1...Int(Int32.max)).contains($0) }) else {
            throw .invalid(field: "caps", message: "\"\(text)\": each must be above 0; to stop a device, pause it")
        }
        self.init(hourly: hourly, daily: daily, concurrent: concurrent)
    }
}

extension CapValues: CustomStringConvertible {
    public var description: String { "\(hourly)/\(daily)/\(concurrent)" }
}
