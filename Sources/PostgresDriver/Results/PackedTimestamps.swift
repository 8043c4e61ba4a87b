/// Instants that a query put one after the other into a `bytea`: `string_agg(timestamptz_send(t), '')`.
///
/// Of a million of them an array takes both sides longer, and half as much memory again on the way.
public struct PackedTimestamps: Hashable, Sendable, PostgresDecodable {
    public var times: [PostgresTimestamp]

    public static func decode(_ cell: PostgresCell) -> Result<PackedTimestamps, PostgresDecodingFailure.Reason> {
        cell.bytes(.bytea).flatMap { bytes in
            let size = MemoryLayout<Int64>.size
            guard bytes.count.isMultiple(of: size) else { return .failure(cell.malformed) }
            let times = stride(from: 0, to: bytes.count, by: size).map { offset in
                PostgresTimestamp(
                    serverValue: Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self)))
            }
            return .success(PackedTimestamps(times: times))
        }
    }
}
