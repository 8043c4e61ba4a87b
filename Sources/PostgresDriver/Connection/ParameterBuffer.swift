internal import CPostgres

/// All parameters of one statement in one allocation, because libpq wants their addresses together.
struct ParameterBuffer: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    private var addresses: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ values: [PostgresValue]) {
        let size = values.reduce(0) { $0 + ($1.bytes?.count ?? 0) }
        // One byte more, so that an empty value has an address too: no address means NULL.
        memory = .allocate(byteCount: size + 1, alignment: 1)
        var offset = 0
        for value in values {
            formats.append(value.format.rawValue)
            lengths.append(Int32(value.bytes?.count ?? 0))
            guard let bytes = value.bytes else {
                addresses.append(nil)
                continue
            }
            let target = UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + bytes.count])
            target.copyBytes(from: bytes)
            let start = memory.baseAddress.map { UnsafePointer(($0 + offset).assumingMemoryBound(to: CChar.self)) }
            addresses.append(start)
            offset += bytes.count
        }
    }

    deinit {
        memory.deallocate()
    }

    /// Hands the statement to libpq, which copies everything, and asks for binary results.
    func sendPrepared(_ name: String, on connection: OpaquePointer) -> Bool {
        PQsendQueryPrepared(connection, name, Int32(addresses.count), addresses, lengths, formats, 1) == 1
    }
}
