/// A value with a binary form that PostgreSQL accepts for a parameter or for an element of an array parameter.
public protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    static var postgresArrayType: PostgresType { get }

    /// How many bytes ``encode(into:)`` will write.
    var encodedByteCount: Int { get }

    /// Whether the server can hold the value. Text with a NUL byte cannot be stored.
    var isEncodable: Bool { get }

    /// Writes exactly ``encodedByteCount`` bytes in the server's binary format.
    func encode(into writer: inout PostgresWriter)
}

extension PostgresEncodable {
    public var isEncodable: Bool { true }
}

/// Appends big-endian values to memory whose size was computed beforehand.
///
/// Writing past the announced size is a programming error in an encoder and traps.
public struct PostgresWriter {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        let size = MemoryLayout<Value>.size
        precondition(count + size <= memory.count, "an encoder wrote more than its encodedByteCount")
        memory.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
        count += size
    }

    public mutating func write(bytes: UnsafeRawBufferPointer) {
        precondition(count + bytes.count <= memory.count, "an encoder wrote more than its encodedByteCount")
        guard !bytes.isEmpty else { return }
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
        count += bytes.count
    }
}
