/// How much of everything.
enum WebhookBounds {
    /// Endpoints that one node posts to at a time, posts to each of them, and so 80 at a time.
    static let endpoints = 16
    static let postsPerEndpoint = 5
    /// Deliveries claimed for an endpoint at a time: 20 posts of 10 s each, 5 at a time, take 40 s.
    static let chunk = 20
    /// The whole of one POST, from the connection to the end of the answer.
    static let postTimeout: Duration = .seconds(10)
    /// How long nobody else may post what was claimed: longer than a chunk takes.
    static let claim: Duration = .seconds(60)
    /// Rows of `message_events` made into deliveries by one statement.
    static let events = 1_000

    /// Posts of one delivery: with its waits of 10 s, doubled up to an hour, over 6 hours.
    static let attempts = 14
    /// How long an endpoint may take nothing at all.
    static let daysUntilOff = 3
    /// Deliveries that may wait for one endpoint.
    static let backlog = 1_000_000
    /// What has ended, and what waits for an endpoint that is off, is forgotten after so many days.
    static let daysKept = 7
    /// Deliveries forgotten by one statement.
    static let forgotten = 10_000

    /// Between two looks while there are webhooks, and while there are none.
    static let pace: Duration = .milliseconds(250)
    static let rest: Duration = .seconds(2)
    static let upkeep: Duration = .seconds(60)
}
