internal import FoundationEssentials
public import SluiceCore
public import SluiceWire

/// One of everything, every field set to something that is not its default.
public enum Sample {
    public static let device = DeviceID(rawValue: UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF")!)
    public static let other = DeviceID(rawValue: UUID(uuidString: "F0E1D2C3-B4A5-9687-7869-5A4B3C2D1E0F")!)
    public static let due = LaneDue(lane: LaneID(rawValue: 12), due: DatabaseTime(microseconds: 1_700_000_000_123_456))

    public static var batch: DispatchBatch {
        let id = BatchID(term: Term(rawValue: 7), ordinal: 3)
        let claims = [(device, 1, 5), (device, 2, 5), (other, 3, 9), (device, 4, 5)].map { device, lane, slot in
            Claim(
                contact: ContactID(rawValue: UUID()), device: device, lane: LaneID(rawValue: Int64(lane)),
                priorityClass: PriorityClass(priority: lane * 4), slot: HashSlot(rawValue: UInt16(slot))!,
                epoch: Epoch(rawValue: 44), batch: id)
        }
        return DispatchBatch(
            id: id, owner: Incarnation(rawValue: 19), expiresAt: DatabaseTime(microseconds: 1_700_000_030_000_000),
            claims: claims)
    }

    public static var report: CreditReport {
        CreditReport(
            node: Incarnation(rawValue: 19), term: Term(rawValue: 7), sequence: 1_000,
            credits: [
                DeviceCredit(device: device, epoch: Epoch(rawValue: 44), capacity: 80, consumed: 1_234_567_890_123),
                DeviceCredit(device: other, epoch: Epoch(rawValue: 45), capacity: 0, consumed: 0),
            ],
            lanes: [due], ended: 17, wholeFrom: 998)
    }

    public static var beacon: LeaderBeacon {
        LeaderBeacon(
            term: Term(rawValue: 7), leader: "koordinator-ä", incarnation: Incarnation(rawValue: 3),
            assignmentVersion: 5, controlVersion: 6, asked: [Incarnation(rawValue: 19), Incarnation(rawValue: 20)])
    }

    public static var coordinatorStatus: NodeStatus {
        var status = NodeStatus(
            name: "c-1", incarnation: Incarnation(rawValue: 3), role: .coordinator, version: "0.1.0", host: "h",
            startedAt: DatabaseTime(microseconds: 5))
        status.renewalAge = .milliseconds(812)
        status.messagesDropped = 1
        status.messagesIgnored = 2
        status.problems = ["clock_step", "partition_missing"]
        var part = CoordinatorStatus(term: Term(rawValue: 7))
        part.lanesKnown = 10
        part.lanesDue = 11
        part.oldestDue = .milliseconds(12)
        part.intakeBacklog = 13
        status.coordinator = part
        return status
    }

    public static var shardStatus: NodeStatus {
        var status = NodeStatus(
            name: "s-1", incarnation: Incarnation(rawValue: 4), role: .shard, version: "0.1.0", host: "h",
            startedAt: DatabaseTime(microseconds: 6))
        var part = ShardStatus()
        part.slotsOwned = 1
        part.slotsReady = 2
        part.openRequests = 3
        part.queuedClaims = 4
        part.unsettled = 5
        part.unknownOpen = 6
        part.devices.connected = 7
        part.devices.disconnected = 8
        part.devices.loggedOut = 9
        part.devices.notFound = 10
        part.devices.credentialsRefused = 21
        part.devices.banned = 11
        part.devices.paused = 12
        part.devicesAtHourlyCap = 13
        part.devicesAtDailyCap = 14
        part.devicesAtConcurrencyCap = 15
        part.lastMinute.sent = 16
        part.lastMinute.failed = 17
        part.lastMinute.unknown = 18
        part.permitsUsed = 19
        part.permitsLimit = 20
        part.openBreakers = ["gateway.example:3000", "127.0.0.1:4"]
        status.shard = part
        return status
    }

    public static var apiStatus: NodeStatus {
        var status = NodeStatus(
            name: "a-1", incarnation: Incarnation(rawValue: 5), role: .api, version: "0.1.0", host: "h",
            startedAt: DatabaseTime(microseconds: 7))
        status.api = APIStatus(requestsServed: 21)
        return status
    }

    public static var deviceState: DeviceState {
        var state = DeviceState(device: device, condition: .banned(until: DatabaseTime(microseconds: 77)))
        state.isReady = true
        state.isPaused = true
        state.capacity = 3
        state.windows = [
            DeviceState.Window(
                length: .seconds(3601), limit: 80, used: 79, nextFreeAt: DatabaseTime(microseconds: 99)),
            DeviceState.Window(length: .seconds(86_410), limit: 800, used: 1, nextFreeAt: nil),
        ]
        state.open = 4
        state.concurrency = 50
        state.gapUntil = DatabaseTime(microseconds: 55)
        state.queuedClaims = 6
        state.isBreakerOpen = true
        return state
    }

    /// Every message with its name in the .proto files, its bytes and a decoder that gives the bytes again.
    public static var all: [Encoded] {
        [
            Encoded("DispatchBatch", batch), Encoded("CreditReport", report), Encoded("LeaderBeacon", beacon),
            Encoded("Wake", Wake(reason: .lanes, lanes: [due])), Encoded("Wake", Wake(reason: .control)),
            Encoded("StatusRequest", StatusRequest()), Encoded("NodeStatus", coordinatorStatus),
            Encoded("NodeStatus", shardStatus), Encoded("NodeStatus", apiStatus),
            Encoded("DeviceStateRequest", DeviceStateRequest(device: device)),
            Encoded("DeviceState", deviceState),
        ]
    }
}

public struct Encoded: Sendable {
    public var name: String
    public var bytes: [UInt8]
    /// Decodes any bytes as this message and encodes the result.
    public var recoded: @Sendable ([UInt8]) throws -> [UInt8]

    init<Message: WireMessage>(_ name: String, _ message: Message) {
        self.name = name
        bytes = message.encoded()
        recoded = { try Message(decoding: $0).encoded() }
    }
}
