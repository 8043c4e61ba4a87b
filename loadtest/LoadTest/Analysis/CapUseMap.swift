/// How full the hourly caps were, over devices and time: what the report draws as a heat map.
public struct CapUseMap: Sendable, Codable, Hashable {
    /// A picture that a screen can show: no more rows and columns than this.
    private static let mostRows = 100
    private static let mostColumns = 200

    /// The first and the last device of each row.
    public var rows: [String]
    /// Seconds from the release to the end of each column.
    public var columns: [Double]
    /// By row: percent of the cap, the mean of the row's devices.
    public var percent: [[Int]]

    init(_ devices: DeviceBook, release: Int64, end: Int64) {
        let names = devices.names
        let perRow = max(1, (names.count + Self.mostRows - 1) / Self.mostRows)
        let seconds = max(1, Int((end - release) / 1_000_000_000))
        let perColumn = max(1, (seconds + Self.mostColumns - 1) / Self.mostColumns)
        columns = stride(from: perColumn, through: max(perColumn, seconds), by: perColumn).map(Double.init)
        let instants = columns.map { release + Int64($0 * 1e9) }
        rows = []
        percent = []
        for first in stride(from: 0, to: names.count, by: perRow) {
            let group = names[first..<min(first + perRow, names.count)]
            var sums = [Double](repeating: 0, count: instants.count)
            for name in group {
                for (index, use) in devices.use(name, at: instants).enumerated() { sums[index] += use }
            }
            rows.append(group.count == 1 ? group.first! : "\(group.first!) … \(group.last!)")
            percent.append(sums.map { Int(($0 / Double(group.count) * 100).rounded()) })
        }
    }
}
