import SluiceCore
import TestSupport

/// One request into a path that is cut, and what becomes of its process and of the path.
struct PathCutCase: Sendable, CustomStringConvertible {
    /// When the path is cut.
    enum Moment: String, CaseIterable, Sendable {
        case beforeConnect = "before the connection"
        case beforeWrite = "before the write"
        case afterArrival = "after the arrival, before the answer"
    }

    /// What becomes of the client's process once its request is written.
    enum Fate: String, CaseIterable, Sendable {
        case killed
        /// By SIGSTOP; it goes on after 20 s.
        case stopped
        case livesOn = "lives on"
    }

    var dialect: Dialect
    var moment: Moment
    var cut: PathLab.Cut
    var fate: Fate
    /// After the write.
    var heal: Duration
    /// Of its own server: the path is cut and healed by port.
    var port: Int

    static let firstPort = 10_000
    /// T_http.
    static let httpTimeout: Duration = .seconds(2)
    /// 1 s: before T_http is over. 1.5 s: such that the kernel's next repetition comes after it. Then long after.
    static let heals: [Duration] = [.seconds(1), .milliseconds(1_500), .seconds(5), .seconds(15), .seconds(60)]

    static let all: [PathCutCase] = {
        var cases: [PathCutCase] = []
        for dialect in Dialect.allCases {
            for fate in Fate.allCases {
                for moment in Moment.allCases {
                    for cut in PathLab.Cut.allCases {
                        for heal in heals {
                            cases.append(
                                PathCutCase(
                                    dialect: dialect, moment: moment, cut: cut, fate: fate, heal: heal,
                                    port: firstPort + cases.count))
                        }
                    }
                }
            }
        }
        return cases
    }()

    // Its messages: one over the open path, so that a connection is there; the one that is judged; one at the end.
    var warmUp: Int { port * 10 }
    var judged: Int { port * 10 + 1 }
    var afterwards: Int { port * 10 + 2 }

    var description: String {
        "\(dialect.rawValue), \(cut.rawValue) cut \(moment.rawValue), client \(fate.rawValue), healed after \(heal)"
    }

    /// How often the request must arrive: that is known where neither the kernel's nor the client's timing decides.
    var arrivals: ClosedRange<Int> {
        switch moment {
        case .beforeConnect: 0...0
        case .afterArrival: 1...1
        case .beforeWrite:
            if cut == .inward {
                1...1
            } else if fate == .killed || heal > PathCutCase.httpTimeout {
                0...0
            } else {
                heal == .seconds(1) ? 1...1 : 0...1
            }
        }
    }
}
