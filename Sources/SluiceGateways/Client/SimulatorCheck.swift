internal import FoundationEssentials
internal import SluiceCore

extension GatewayClient {
    /// Whether what listens at a gateway's address is the gateway simulator: it answers a question that no gateway
    /// knows. What does not answer is taken for a real one.
    public func isSimulator(at baseURL: String) async -> Bool {
        guard var parts = URLComponents(string: baseURL) else { return false }
        (parts.path, parts.query) = ("", nil)
        guard let root = parts.string else { return false }
        let question = HTTPRequestDescription(method: .get, path: "/_sim/stats", headers: [])
        guard let answer = await ask(question, below: root), answer.status == 200 else { return false }
        return answer.json(SimulatorStatistics.self) != nil
    }

    /// As much of them as tells.
    private struct SimulatorStatistics: Decodable {
        var seed: UInt64
        var perSecond: Int
    }
}
