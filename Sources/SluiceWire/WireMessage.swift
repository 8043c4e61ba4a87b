/// A message of `proto/sluice/v1`.
public protocol WireMessage: Sendable {
    /// The message in protobuf's binary form.
    func encoded() -> [UInt8]

    /// - Throws: ``WireError`` when `bytes` are not this message. Fields this build does not know are ignored.
    init(decoding bytes: [UInt8]) throws(WireError)
}
