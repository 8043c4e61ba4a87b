internal import Foundation
public import SluiceDev

/// All points of a scenario's series, one cluster after the other; a scenario without a series is one point.
public struct SeriesRun: Sendable {
    /// What came of a series as a whole.
    public struct Summary: Sendable {
        public var name: String
        public var targets: [TargetResult] = []
        public var areAllGood = true

        public var isGood: Bool { areAllGood && targets.allSatisfy(\.isMet) }

        /// One line per target of the series.
        public var lines: [String] { targetRows.map { $0.cells.joined(separator: " ") } }

        var targetRows: [TargetRow] { targets.map { TargetRow(run: name, $0) } }
    }

    private let file: ScenarioFile
    private let dataPath: String
    private let programs: DevPrograms
    private let cluster: NamedCluster?

    /// - Parameters:
    ///   - dataPath: of the clusters that are started, one after the other.
    ///   - cluster: where they run instead; nothing is started then.
    public init(file: ScenarioFile, dataPath: String, programs: DevPrograms, cluster: NamedCluster? = nil) {
        (self.file, self.dataPath, self.programs, self.cluster) = (file, dataPath, programs, cluster)
    }

    /// - Parameter keep: given each result as soon as there is one.
    /// - Throws: ``LoadTestError`` when the data folder is in the way, and what ``ClusterRun`` throws.
    public func run(
        _ interruption: Interruption, _ keep: @Sendable (RunResult) throws -> Void
    ) async throws -> Summary {
        var summary = Summary(name: file.points[0].name)
        var figures: [[String: Double]] = []
        for (index, scenario) in file.points.enumerated() {
            var result = try await run(scenario, interruption)
            if let series = scenario.series { result.point = "\(series.key)=\(series.values[index])" }
            if !file.shortened.isEmpty {
                result.notes.insert(RunResult.shortFormNote + file.shortened.joined(separator: ", "), at: 0)
            }
            try keep(result)
            figures.append(result.figures)
            summary.areAllGood = summary.areAllGood && result.isGood
            if !result.ending.isWhole { break }
        }
        let ratios = Self.lastToFirst(figures)
        summary.targets = file.points[0].targets.filter { $0.figure.hasPrefix(FigureName.ratioPrefix) }
            .map { TargetResult($0, in: figures.count == file.points.count ? ratios : [:]) }
        return summary
    }

    private func run(_ scenario: Scenario, _ interruption: Interruption) async throws -> RunResult {
        if let cluster {
            return try await NamedRun(
                scenario, text: file.text, on: cluster, program: programs.sluice, interruption: interruption
            ).run()
        }
        try Self.empty(folder: dataPath)
        return try await ClusterRun(
            scenario, text: file.text, base: DevOptions(dataPath: dataPath, programs: programs),
            interruption: interruption
        ).run()
    }

    /// The last point's figures ÷ the first's, under their names in a series.
    static func lastToFirst(_ figures: [[String: Double]]) -> [String: Double] {
        guard let first = figures.first, let last = figures.last, figures.count > 1 else { return [:] }
        var ratios: [String: Double] = [:]
        for (name, value) in last {
            if let base = first[name], base != 0 { ratios[FigureName.ratioPrefix + name] = value / base }
        }
        return ratios
    }

    /// A run begins with nothing. Only what a private cluster left is removed: a folder given by mistake is not, nor is
    /// one that a cluster runs on.
    ///
    /// - Throws: ``LoadTestError`` that says what is in the way.
    public static func empty(folder: String) throws {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw LoadTestError(
                "\(folder) cannot be read: \(error.localizedDescription); name another folder with --data")
        }
        guard names.isEmpty || names.contains("lock") else {
            throw LoadTestError(
                "\(folder) holds something else than a private cluster; name another folder with --data")
        }
        if !names.isEmpty { try DevCluster.checkUnused(dataPath: folder) }
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            throw LoadTestError("\(folder) cannot be emptied: \(error.localizedDescription)")
        }
    }
}
