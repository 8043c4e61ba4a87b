/// Flows as a table.
public enum FlowText {
    public static func render(_ flows: [StoredFlow], width: Int) -> String {
        guard !flows.isEmpty else { return "there is no flow\n" }
        var table = TextTable([
            .init(title: "FLOW"), .init(title: "NAME", shrinks: true), .init(title: "VERSION", isRight: true),
            .init(title: "SAVED"), .init(title: "PROBLEM", shrinks: true),
        ])
        for flow in flows {
            table.add([
                flow.flowId, flow.name ?? "", "\(flow.version)", flow.updatedAt.map { Words.time($0) } ?? "",
                flow.problem ?? "",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
