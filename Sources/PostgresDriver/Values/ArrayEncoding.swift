/// PostgreSQL's binary form of a one-dimensional array: dimensions, a flag for NULLs, the element type, the length,
/// the lower bound, then each element as its size and bytes; size −1 is NULL. An empty array has no dimensions.
///
/// Source: `array_recv` and `array_send` of PostgreSQL, whose format every client library relies on.
enum ArrayEncoding {
    private static let emptyHeaderSize = 12
    private static let headerSize = 20

    static func encode<Element: PostgresEncodable>(_ elements: [Element]) -> [UInt8] {
        if elements.isEmpty { return emptyArray(of: Element.postgresType) }
        let size = elements.reduce(headerSize) { $0 + 4 + $1.encodedByteCount }
        return build(size: size) { writer in
            writeHeader(count: elements.count, holdsNull: false, of: Element.postgresType, into: &writer)
            for element in elements {
                writer.write(Int32(element.encodedByteCount))
                element.encode(into: &writer)
            }
        }
    }

    static func encode<Element: PostgresEncodable>(_ elements: [Element?]) -> [UInt8] {
        if elements.isEmpty { return emptyArray(of: Element.postgresType) }
        let size = elements.reduce(headerSize) { $0 + 4 + ($1?.encodedByteCount ?? 0) }
        return build(size: size) { writer in
            let holdsNull = elements.contains { $0 == nil }
            writeHeader(count: elements.count, holdsNull: holdsNull, of: Element.postgresType, into: &writer)
            for element in elements {
                guard let element else {
                    writer.write(Int32(-1))
                    continue
                }
                writer.write(Int32(element.encodedByteCount))
                element.encode(into: &writer)
            }
        }
    }

    /// Allocates once and lets `body` fill it.
    static func build(size: Int, _ body: (inout PostgresWriter) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            var writer = PostgresWriter(memory: UnsafeMutableRawBufferPointer(buffer))
            body(&writer)
            initialized = writer.count
        }
    }

    private static func emptyArray(of type: PostgresType) -> [UInt8] {
        build(size: emptyHeaderSize) { writer in
            writer.write(Int32(0))
            writer.write(Int32(0))
            writer.write(type.oid)
        }
    }

    private static func writeHeader(
        count: Int, holdsNull: Bool, of type: PostgresType, into writer: inout PostgresWriter
    ) {
        writer.write(Int32(1))
        writer.write(Int32(holdsNull ? 1 : 0))
        writer.write(type.oid)
        writer.write(Int32(count))
        writer.write(Int32(1))
    }
}
