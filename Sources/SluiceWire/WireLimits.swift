/// The bounds of what is decoded.
enum WireLimits {
    /// The default `max_payload` of nats-server. A batch of 1,000 claims takes 34 KiB, a report of 3,000 devices 110
    /// KiB.
    static let messageBytes = 1 << 20

    /// Elements of any one list. Decoding a list costs about 100 bytes an element, so 2 MiB.
    static let elements = 20_000
}
