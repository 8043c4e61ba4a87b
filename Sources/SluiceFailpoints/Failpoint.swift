/// What a process is to do to itself at one point of the protocol, written `before-reserve=kill@3`.
public struct Failpoint: Hashable, Sendable, CustomStringConvertible {
    public enum Moment: String, CaseIterable, Hashable, Sendable {
        case before, after
    }

    public enum Action: String, CaseIterable, Hashable, Sendable {
        /// kill -9.
        case kill
        /// SIGSTOP: nothing of the process runs until somebody sends SIGCONT.
        case stop
    }

    public var moment: Moment
    public var step: ProtocolStep
    public var action: Action
    /// It acts when its process is there for this time, counted from 1.
    public var time: Int

    public init(_ moment: Moment, _ step: ProtocolStep, _ action: Action, time: Int = 1) {
        self.moment = moment
        self.step = step
        self.action = action
        self.time = time
    }

    /// Nil when the text is not `before-STEP` or `after-STEP`, `=kill` or `=stop`, and perhaps `@` and a number from 1
    /// to 1,000,000,000.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let dash = parts[0].firstIndex(of: "-"),
            let moment = Moment(rawValue: String(parts[0][..<dash])),
            let step = ProtocolStep(rawValue: String(parts[0][dash...].dropFirst()))
        else { return nil }
        let ending = parts[1].split(separator: "@", omittingEmptySubsequences: false)
        guard ending.count <= 2, let action = Action(rawValue: String(ending[0])) else { return nil }
        var time = 1
        if ending.count == 2 {
            guard let number = Int(ending[1]), (1...1_000_000_000).contains(number) else { return nil }
            time = number
        }
        self.init(moment, step, action, time: time)
    }

    /// Without the time: what its note is called.
    public var name: String { "\(moment.rawValue)-\(step.rawValue)=\(action.rawValue)" }

    public var description: String { time == 1 ? name : "\(name)@\(time)" }

    /// A list with commas; nil when one of them is none.
    public static func list(_ text: String) -> [Failpoint]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let failpoints = parts.compactMap { Failpoint($0.drop { $0 == " " }) }
        return failpoints.count == parts.count ? failpoints : nil
    }

    /// Every step, before and after, with every action.
    public static var all: [Failpoint] {
        ProtocolStep.allCases.flatMap { step in
            Moment.allCases.flatMap { moment in Action.allCases.map { Failpoint(moment, step, $0) } }
        }
    }
}
