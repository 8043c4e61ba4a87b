internal import FoundationEssentials

// A flow's JSON, before it is known to mean anything.

/// An element of a list that may not be what it should be, without making the others unreadable.
enum Readable<Value: Decodable>: Decodable {
    case read(Value)
    /// The element's id, if it has one, and the field that cannot be read.
    case unreadable(id: String?, field: String)

    private struct Identified: Decodable {
        var id: DrawnID?
    }

    init(from decoder: any Decoder) throws {
        do {
            self = .read(try Value(from: decoder))
        } catch let error as DecodingError {
            // That it has no readable id either is no error of its own.
            let id = (try? Identified(from: decoder))?.id?.text
            self = .unreadable(id: id, field: error.path.last { $0.intValue == nil }?.stringValue ?? "")
        }
    }

    func value(orProblemOf name: String) throws(FlowProblem) -> Value {
        switch self {
        case .read(let value): return value
        case .unreadable(let id, let field):
            throw FlowProblem(
                .malformed, node: id,
                "\(id.map { "The node \"\($0)\"" } ?? name) cannot be read: its \"\(field)\" is not what it should be.")
        }
    }
}

extension DecodingError {
    fileprivate var path: [any CodingKey] {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath
        case .keyNotFound(let key, let context): context.codingPath + [key]
        @unknown default: []
        }
    }
}

/// A text, or a number that drawing programs write for one.
struct DrawnID: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int64.self) {
            // Not a number: then it must be a text.
            text = "\(number)"
        } else {
            text = try value.decode(String.self)
        }
    }
}

struct DrawnEdge: Decodable {
    var source: DrawnID?
    var target: DrawnID?
    var sourceHandle: String?

    var way: FlowEdge.Way {
        switch sourceHandle?.lowercased() {
        case "yes", "true": .yes
        case "no", "false": .no
        // Drawing programs name the only way out of a node as they like; a condition's must be named.
        default: .next
        }
    }
}

struct DrawnNode: Decodable {
    struct Fields: Decodable {
        var text: String?
        var mediaUrl: String?
        var mediaType: String?
        var duration: Double?
        var timeUnit: String?
        var condition: RawJSON?
    }

    var id: DrawnID?
    var type: String?
    var data: Fields?

    func node(at index: Int) throws(FlowProblem) -> FlowNode {
        guard let id = id?.text else {
            throw FlowProblem(.malformed, "Node \(index + 1) has no id.")
        }
        switch type {
        case "start", "trigger": return FlowNode(id: id, kind: .start)
        case "message":
            let media = data?.mediaUrl.flatMap { $0.isEmpty ? nil : $0 }
            return FlowNode(
                id: id,
                kind: .message(
                    FlowMessage(
                        type: data?.mediaType ?? (media == nil ? "text" : "image"), text: data?.text ?? "",
                        mediaURL: media)))
        case "wait": return FlowNode(id: id, kind: .wait(seconds: try seconds(id)))
        case "condition":
            guard let condition = data?.condition, condition.isObject else {
                throw FlowProblem(
                    .invalidCondition, node: id, "The condition \"\(id)\" has no \"condition\" object in its data.")
            }
            return FlowNode(id: id, kind: .condition(condition.text))
        default:
            throw FlowProblem(
                .unknownNodeType, node: id,
                "The node \"\(id)\" has the type \"\(type ?? "")\"; there are message, wait, condition and start.")
        }
    }

    private func seconds(_ id: String) throws(FlowProblem) -> Int64 {
        let units: [String: Double] = ["second": 1, "minute": 60, "hour": 3_600, "day": 86_400]
        let name = (data?.timeUnit ?? "").lowercased()
        guard let unit = units[name.hasSuffix("s") ? String(name.dropLast()) : name] else {
            throw FlowProblem(
                .invalidWait, node: id,
                "The wait \"\(id)\" has the unit \"\(data?.timeUnit ?? "")\"; there are seconds, minutes, hours and days."
            )
        }
        guard let duration = data?.duration, duration.isFinite else {
            throw FlowProblem(.invalidWait, node: id, "The wait \"\(id)\" has no duration.")
        }
        guard duration > 0 else {
            throw FlowProblem(
                .invalidWait, node: id, "The wait \"\(id)\" must be longer than 0.")
        }
        return max(1, Int64(min(duration * unit, Double(FlowLimits.wait) + 1)))
    }
}
