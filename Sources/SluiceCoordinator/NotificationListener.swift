internal import Logging
internal import SluiceCore
internal import SluiceStore
internal import SluiceTelemetry

/// Hears `NOTIFY`, for as long as the life lasts. What was said while nobody listened is found by looking once after
/// each connect.
struct NotificationListener: Sendable {
    let parts: CoordinatorParts

    func run() async {
        let outage = OutageLog("notifications", logger: parts.logger)
        var pace = RetryPace(first: .milliseconds(100), cap: .seconds(2))
        while !Task.isCancelled {
            do {
                try await parts.notifications.listen {
                    outage.worked()
                    hear(.intake)
                    hear(.control)
                    hear(.assignment)
                } onNotification: { notification in
                    hear(notification)
                }
                pace.worked()
            } catch {
                guard !Task.isCancelled else { return }
                outage.failed(error)
                // This connection is always open, so it is the first to know when the database crashes.
                parts.lead.noteCutOff()
            }
            // Also a connection that was good and ended is not to be opened again in a tight loop.
            pace.failed()
            await pace.wait()
        }
    }

    private func hear(_ notification: StoreNotification) {
        let isLeading = parts.lead.term != nil
        switch notification {
        case .intake where isLeading:
            parts.intake.raise()
            parts.wakes.raise()
            parts.branches.raise()
            parts.work.raise()
        case .lead where isLeading: parts.intake.raise()
        case .trigger where isLeading: parts.areas[.trigger]?.raise()
        // Whoever gains the lead looks at everything.
        case .intake, .lead, .trigger: break
        case .control:
            parts.versions.raise()
            parts.relocation.raise()
        case .assignment: parts.versions.raise()
        }
    }
}
