internal import CSluiceProto

/// The functions protoc-c generates for a message, under one set of names.
///
/// The generated functions are used rather than the generic ones of protobuf-c, because those take the descriptor's
/// address, and Swift may hand out the address of a copy.
protocol CMessage {
    typealias Unpack =
        (UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?) -> UnsafeMutablePointer<Self>?
    typealias Pack = (UnsafePointer<Self>?, UnsafeMutablePointer<UInt8>?) -> Int
    typealias Free = (UnsafeMutablePointer<Self>?, UnsafeMutablePointer<ProtobufCAllocator>?) -> Void

    init()
    static var wireName: String { get }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { get }
    static var packedSize: (UnsafePointer<Self>?) -> Int { get }
    static var pack: Pack { get }
    static var unpack: Unpack { get }
    static var freeUnpacked: Free { get }
}

/// A message that only appears inside another one.
protocol CSubmessage {
    init()
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { get }
}

extension CMessage {
    /// Packs the message that `fill` describes. What `fill` puts into the arena lives until the bytes are written.
    static func packed(_ fill: (inout Self, inout PackingArena) -> Void) -> [UInt8] {
        var arena = PackingArena()
        var message = Self()
        initialize(&message)
        fill(&message, &arena)
        let size = packedSize(&message)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            // An empty message has no buffer to write to.
            count = size == 0 ? 0 : pack(&message, buffer.baseAddress)
        }
    }

    /// Unpacks `bytes`, lets `read` copy what it wants, and frees the C message.
    static func unpacked<Value>(
        _ bytes: [UInt8], _ read: (borrowing Self) throws(WireError) -> Value
    ) throws(WireError) -> Value {
        guard bytes.count <= WireLimits.messageBytes else { throw .tooLarge(bytes: bytes.count) }
        guard let message = unpack(nil, bytes.count, bytes) else { throw .undecodable(message: wireName) }
        defer { freeUnpacked(message, nil) }
        return try read(message.pointee)
    }
}
