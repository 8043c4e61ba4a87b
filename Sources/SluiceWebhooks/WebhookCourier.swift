public import Logging
public import PostgresDriver
import SluiceTelemetry
import Synchronization

/// Delivers what happened to who wants to know. Any number of nodes may run one: each row is claimed by one of them.
public struct WebhookCourier: Sendable {
    private let database: PostgresPool
    private let allowsPrivateAddresses: Bool
    private let logger: Logger
    private let busy = BusyEndpoints()

    /// - Parameters:
    ///   - database: of its own, so that deliveries wait for no request and none for them.
    ///   - allowsPrivateAddresses: whether loopback and private addresses may be called.
    public init(database: PostgresPool, allowsPrivateAddresses: Bool, logger: Logger) {
        self.database = database
        self.allowsPrivateAddresses = allowsPrivateAddresses
        self.logger = logger
    }

    /// Runs until cancelled. What is posted then is cancelled too and posted again by somebody else.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await keepTidy() }
            let outage = OutageLog("webhooks", logger: logger)
            var pace = RetryPace(first: .milliseconds(500), cap: .seconds(10))
            while !Task.isCancelled {
                do {
                    let isUsed = try await look(&group)
                    outage.worked()
                    pace.worked()
                    await Self.sleep(isUsed ? WebhookBounds.pace : WebhookBounds.rest)
                } catch {
                    if !Task.isCancelled { outage.failed(error) }
                    pace.failed()
                    await pace.wait()
                }
            }
            group.cancelAll()
        }
    }

    /// Takes in what happened and starts posting what is due. False when there is no webhook.
    private func look(_ group: inout DiscardingTaskGroup) async throws -> Bool {
        guard try await database.query(WebhookStatements.isUsed).scalar(Bool.self) else { return false }
        let limit = Int64(WebhookBounds.events)
        while try await database.query(WebhookStatements.fanOut, [.int64(limit)]).scalar(Int64.self) == limit {
            try Task.checkCancellation()
        }
        for load in try await claim() {
            guard busy.take(load.endpoint) else { continue }
            group.addTask {
                await deliver(load)
                busy.giveBack(load.endpoint)
            }
        }
        return true
    }

    // MARK: One endpoint

    private struct Load: Sendable {
        var endpoint: String
        var url: String
        var secret: String
        var parcels: [WebhookParcel] = []
    }

    private func claim() async throws -> [Load] {
        let taken = busy.all
        guard taken.count < WebhookBounds.endpoints else { return [] }
        let rows = try await database.query(
            WebhookStatements.claim,
            [
                .int64(Int64(WebhookBounds.endpoints - taken.count)), .stringArray(taken),
                .int64(Int64(WebhookBounds.chunk)), .double(WebhookBounds.claim / .seconds(1)),
            ])
        var loads: [String: Load] = [:]
        for row in rows {
            let endpoint = try row.decode(String.self, "endpoint_id")
            let url = try row.decode(String.self, "url")
            let secret = try row.decode(String.self, "secret")
            loads[endpoint, default: Load(endpoint: endpoint, url: url, secret: secret)].parcels.append(
                WebhookParcel(
                    delivery: try row.decode(Int64.self, "id"), event: try row.decode(String.self, "event_id"),
                    body: try row.decode(String.self, "body")))
        }
        return Array(loads.values)
    }

    private func deliver(_ load: Load) async {
        let outcomes = Mutex<[PostOutcome]>([])
        do throws(WebhookPost.Unreachable) {
            try await WebhookPost.with(
                url: load.url, secret: load.secret, allowsPrivateAddresses: allowsPrivateAddresses
            ) { post in
                await Self.post(load.parcels, to: post) { outcome in outcomes.withLock { $0.append(outcome) } }
            }
        } catch {
            // What was posted before it is known for what it is.
            let known = Set(outcomes.withLock { $0.map(\.delivery) })
            let others = load.parcels.filter { !known.contains($0.delivery) }
            outcomes.withLock { list in
                list += others.map { PostOutcome(delivery: $0.delivery, problem: error.problem) }
            }
        }
        // Cut short by the node's own end, nothing is known of the endpoint.
        guard !Task.isCancelled else { return }
        await note(outcomes.withLock { $0 }, of: load)
    }

    /// Some at a time.
    private static func post(
        _ parcels: [WebhookParcel], to post: WebhookPost, _ ended: @escaping @Sendable (PostOutcome) -> Void
    ) async {
        await withTaskGroup(of: PostOutcome.self) { group in
            var waiting = parcels[...]
            for parcel in waiting.prefix(WebhookBounds.postsPerEndpoint) {
                group.addTask { await post.post(parcel) }
            }
            waiting = waiting.dropFirst(WebhookBounds.postsPerEndpoint)
            for await outcome in group {
                ended(outcome)
                if let next = waiting.popFirst() { group.addTask { await post.post(next) } }
            }
        }
    }

    /// What cannot be written down is posted again when the claim has run out.
    private func note(_ outcomes: [PostOutcome], of load: Load) async {
        let isGone = outcomes.contains { $0.status == 410 }
        do {
            let switched = try await database.query(
                WebhookStatements.note,
                [
                    .int64Array(outcomes.map(\.delivery)), .int32Array(outcomes.map { $0.status.map { Int32($0) } }),
                    .stringArray(outcomes.map(\.problem)), .string(load.endpoint), .bool(isGone),
                    .int32(Int32(WebhookBounds.attempts)), .int32(Int32(WebhookBounds.daysUntilOff)),
                ])
            guard let row = switched.first, try !row.decode(Bool.self, "is_active") else { return }
            tellSwitchedOff(load.endpoint, try row.decode(String?.self, "problem"))
        } catch {
            logger.warning(
                "what a webhook's endpoint answered was not written down; it is told again",
                metadata: ["webhook": "\(load.endpoint)", "error": "\(error)"])
        }
    }

    // MARK: Now and then

    private func keepTidy() async {
        while !Task.isCancelled {
            await Self.sleep(WebhookBounds.upkeep)
            do {
                try await tidy()
            } catch {
                // The loop that delivers says that the database is away.
                logger.debug("webhooks were not tidied", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Switches off what has fallen too far behind, and forgets what is old or of an endpoint that was removed.
    func tidy() async throws {
        let off = try await database.query(WebhookStatements.switchOff, [.int64(Int64(WebhookBounds.backlog))])
        for row in off {
            tellSwitchedOff(try row.decode(String.self, "id"), try row.decode(String?.self, "problem"))
        }
        let bounds: [PostgresValue] = [
            .int32(Int32(WebhookBounds.daysKept)), .int64(Int64(WebhookBounds.forgotten)),
        ]
        while try await database.query(WebhookStatements.forget, bounds).scalar(Int64.self) > 0 {
            try Task.checkCancellation()
        }
        try await database.query(WebhookStatements.forgetEndpoints)
    }

    private func tellSwitchedOff(_ endpoint: String, _ problem: String?) {
        logger.warning(
            "a webhook is switched off", metadata: ["webhook": "\(endpoint)", "reason": "\(problem ?? "")"])
    }

    private static func sleep(_ duration: Duration) async {
        // Cancellation ends it early, and the loops look for that.
        try? await Task.sleep(for: duration)
    }
}

/// The endpoints that this node posts to right now.
private final class BusyEndpoints: Sendable {
    private let endpoints = Mutex<Set<String>>([])

    var all: [String] { endpoints.withLock { $0.sorted() } }

    func take(_ endpoint: String) -> Bool { endpoints.withLock { $0.insert(endpoint).inserted } }

    func giveBack(_ endpoint: String) { endpoints.withLock { _ = $0.remove(endpoint) } }
}
