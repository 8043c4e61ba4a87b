/// What `sluice status` can find wrong. A code never changes its meaning and is never used again; each has a section in
/// docs/runbook.md.
public enum FindingCode: String, CaseIterable, Sendable, Codable {
    case databaseUnreachable = "SLU-001"
    case natsUnreachable = "SLU-002"
    case migrationNeeded = "SLU-003"
    case schemaTooNew = "SLU-004"
    case figureNotTaken = "SLU-005"

    case noLeader = "SLU-101"
    case leaderSilent = "SLU-102"
    case slotsWithoutOwner = "SLU-103"
    case leaseLapsed = "SLU-104"
    case nodeSilent = "SLU-105"
    case noShards = "SLU-106"
    case nodeProblem = "SLU-107"
    case mixedVersions = "SLU-108"

    case ledgerDayMissing = "SLU-201"
    case intakeOld = "SLU-202"
    case intakeSetAside = "SLU-203"

    case backlogOld = "SLU-301"
    case unknownContacts = "SLU-302"
    case stuckProcessing = "SLU-303"
    case contactsWithoutDevice = "SLU-304"
    case contactsHeld = "SLU-305"

    case devicesDisconnected = "SLU-401"
    case devicesLoggedOut = "SLU-402"
    case devicesNotFound = "SLU-403"
    case devicesBanned = "SLU-404"
    case breakerOpen = "SLU-405"
    case devicesWithoutGateway = "SLU-406"
    case devicesCredentialsRefused = "SLU-407"

    case everythingPaused = "SLU-501"
    case workspacePaused = "SLU-502"
    case nextStepMissing = "SLU-503"
    case endlessCycle = "SLU-504"

    /// The code's name, for people and for searching.
    public var name: String {
        switch self {
        case .databaseUnreachable: "postgres_unreachable"
        case .natsUnreachable: "nats_unreachable"
        case .migrationNeeded: "migration_needed"
        case .schemaTooNew: "schema_too_new"
        case .figureNotTaken: "figure_not_taken"
        case .noLeader: "no_leader"
        case .leaderSilent: "leader_silent"
        case .slotsWithoutOwner: "slots_without_owner"
        case .leaseLapsed: "lease_lapsed"
        case .nodeSilent: "node_silent"
        case .noShards: "no_shards"
        case .nodeProblem: "node_problem"
        case .mixedVersions: "mixed_versions"
        case .ledgerDayMissing: "ledger_day_missing"
        case .intakeOld: "intake_old"
        case .intakeSetAside: "intake_set_aside"
        case .backlogOld: "backlog_old"
        case .unknownContacts: "unknown_contacts"
        case .stuckProcessing: "stuck_processing"
        case .contactsWithoutDevice: "contacts_without_device"
        case .contactsHeld: "contacts_held"
        case .devicesDisconnected: "devices_disconnected"
        case .devicesLoggedOut: "devices_logged_out"
        case .devicesNotFound: "devices_not_found"
        case .devicesBanned: "devices_banned"
        case .breakerOpen: "breaker_open"
        case .devicesWithoutGateway: "devices_without_gateway"
        case .devicesCredentialsRefused: "devices_credentials_refused"
        case .everythingPaused: "everything_paused"
        case .workspacePaused: "workspace_paused"
        case .nextStepMissing: "next_step_missing"
        case .endlessCycle: "endless_cycle"
        }
    }
}
