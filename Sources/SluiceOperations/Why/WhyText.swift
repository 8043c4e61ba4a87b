/// The answer of `sluice why`, for a terminal.
public enum WhyText {
    public static func render(_ report: WhyReport, width: Int) -> String {
        let person = [report.phone.map { "+" + $0 }, report.name].compactMap(\.self)
        var lines = [person.isEmpty ? "without a number" : person.joined(separator: " ")]
        lines += report.remarks.flatMap { reason($0, width: width) }
        for enrollment in report.enrollments {
            let step = enrollment.step.map { ", step \"\($0)\"" } ?? ""
            let device = enrollment.device.map { ", device \"\($0)\"" } ?? ""
            lines.append("")
            lines += StatusText.wrap(
                "\"\(enrollment.sequence)\"\(step)\(device): \(enrollment.status)", width: width, indent: 2)
            lines += enrollment.reasons.flatMap { reason($0, width: width) }
            lines.append("  contact \(enrollment.contactID.text), workspace \(enrollment.workspace)")
        }
        for trigger in report.triggers {
            lines.append("")
            lines += StatusText.wrap(
                "trigger \"\(trigger.trigger)\" of lead \(trigger.leadID.text): not enrolled", width: width, indent: 2)
            lines += reason(trigger.reason, width: width)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func reason(_ reason: Reason, width: Int) -> [String] {
        StatusText.wrap("\(reason.sentence) [\(reason.code)]", width: width, first: 2, indent: 2)
    }
}
