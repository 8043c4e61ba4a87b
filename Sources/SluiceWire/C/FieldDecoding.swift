internal import CSluiceProto
internal import FoundationEssentials
internal import SluiceCore

// What a field must hold, with the error that says it does not.

/// A 16-byte id.
func decodeID(_ data: ProtobufCBinaryData, _ field: String) throws(WireError) -> UUID {
    guard data.len > 0, let bytes = data.data else { throw .missing(field: field) }
    guard data.len == MemoryLayout<uuid_t>.size else { throw .wrongLength(field: field, bytes: data.len) }
    return UUID(uuid: UnsafeRawPointer(bytes).loadUnaligned(as: uuid_t.self))
}

/// A number that the database or a counter gave, from 1.
func decodePositive(_ value: Int64, _ field: String) throws(WireError) -> Int64 {
    guard value != 0 else { throw .missing(field: field) }
    guard value > 0 else { throw .outOfRange(field: field, value: value) }
    return value
}

func decodeCount(_ value: Int64, _ field: String) throws(WireError) -> Int64 {
    guard value >= 0 else { throw .outOfRange(field: field, value: value) }
    return value
}

func decodeSlot(_ value: UInt32, _ field: String) throws(WireError) -> HashSlot {
    guard let raw = UInt16(exactly: value), let slot = HashSlot(rawValue: raw) else {
        throw .outOfRange(field: field, value: Int64(value))
    }
    return slot
}

func decodeClass(_ value: UInt32, _ field: String) throws(WireError) -> PriorityClass {
    guard let raw = UInt8(exactly: value), let priorityClass = PriorityClass(rawValue: raw) else {
        throw .outOfRange(field: field, value: Int64(value))
    }
    return priorityClass
}

func decodeText(_ text: UnsafeMutablePointer<CChar>?, _ field: String) throws(WireError) -> String {
    guard let text, text.pointee != 0 else { throw .missing(field: field) }
    return String(cString: text)
}

/// The elements of a list, each read by `read`.
func decodeList<Pointee, Value>(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<Pointee>?>?, count: Int, _ field: String,
    _ read: (UnsafeMutablePointer<Pointee>) throws(WireError) -> Value
) throws(WireError) -> [Value] {
    guard count <= WireLimits.elements else { throw .tooMany(field: field, count: count) }
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count {
        guard let element = list?[index] else { throw .missing(field: field) }
        values.append(try read(element))
    }
    return values
}

/// A list of numbers that the database gave, each from 1.
func decodeNumbers(
    _ list: UnsafeMutablePointer<Int64>?, count: Int, _ field: String
) throws(WireError) -> [Int64] {
    guard count <= WireLimits.elements else { throw .tooMany(field: field, count: count) }
    var values: [Int64] = []
    for value in UnsafeBufferPointer(start: list, count: count) { values.append(try decodePositive(value, field)) }
    return values
}
