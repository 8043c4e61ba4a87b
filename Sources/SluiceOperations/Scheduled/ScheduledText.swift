/// Scheduled messages, and what recurs, as tables.
public enum ScheduledText {
    public static func render(_ jobs: [JobAnswer], width: Int) -> String {
        guard !jobs.isEmpty else { return "there is no such message\n" }
        var table = TextTable([
            .init(title: "JOB"), .init(title: "TO", shrinks: true), .init(title: "STATUS"), .init(title: "MESSAGE"),
            .init(title: "TIME"), .init(title: "REASON", shrinks: true),
        ])
        for job in jobs {
            table.add([
                job.jobId, job.to ?? "-", job.status, job.messageStatus ?? "-", job.scheduledTime ?? "-",
                job.reason ?? "-",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ schedules: [ScheduleAnswer], width: Int) -> String {
        guard !schedules.isEmpty else { return "there is no schedule\n" }
        var table = TextTable([
            .init(title: "SCHEDULE"), .init(title: "TO", shrinks: true), .init(title: "CRON", shrinks: true),
            .init(title: "ZONE", shrinks: true), .init(title: "NEXT"),
        ])
        for schedule in schedules {
            let next = schedule.isActive ? schedule.nextTime ?? schedule.problem ?? "-" : "paused"
            table.add([schedule.scheduleId, schedule.to, schedule.cron, schedule.timeZone, next])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
