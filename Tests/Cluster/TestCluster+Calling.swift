import Foundation
import SluiceDev

extension TestCluster {
    /// What the API answered to a command line.
    struct APIAnswer {
        var text: String
        var data: [String: Any]
        var error: [String: Any]
    }

    func curl(_ command: String) throws -> APIAnswer {
        let result = try Self.run(
            program: "/bin/bash", ["-c", command], environment: environment.variables, seconds: 30)
        // What is no JSON has neither, and the test shows the text.
        let object = try? JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return APIAnswer(
            text: result.output, data: object?["data"] as? [String: Any] ?? [:],
            error: object?["error"] as? [String: Any] ?? [:])
    }
}
