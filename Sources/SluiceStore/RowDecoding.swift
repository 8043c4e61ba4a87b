internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

// From a row's column to the core's own types. A value that does not fit is `StoreError.malformed`, naming the column.
extension PostgresRow {
    func contact(_ column: String) throws -> ContactID { ContactID(rawValue: try decode(UUID.self, column)) }
    func device(_ column: String) throws -> DeviceID { DeviceID(rawValue: try decode(UUID.self, column)) }
    func lane(_ column: String) throws -> LaneID { LaneID(rawValue: try decode(Int64.self, column)) }
    func epoch(_ column: String) throws -> Epoch { Epoch(rawValue: try decode(Int64.self, column)) }
    func incarnation(_ column: String) throws -> Incarnation? {
        try decode(Int64?.self, column).map(Incarnation.init(rawValue:))
    }

    func slot(_ column: String) throws -> HashSlot {
        let raw = try decode(Int16.self, column)
        guard let slot = UInt16(exactly: raw).flatMap(HashSlot.init(rawValue:)) else {
            throw StoreError.malformed("\(column) = \(raw), which is no hash slot")
        }
        return slot
    }

    func priorityClass(_ column: String) throws -> PriorityClass {
        let raw = try decode(Int16.self, column)
        guard let priorityClass = UInt8(exactly: raw).flatMap(PriorityClass.init(rawValue:)) else {
            throw StoreError.malformed("\(column) = \(raw), which is no priority class")
        }
        return priorityClass
    }

    func time(_ column: String) throws -> DatabaseTime {
        DatabaseTime(microseconds: try decode(PostgresTimestamp.self, column).microsecondsSinceEpoch)
    }

    func optionalTime(_ column: String) throws -> DatabaseTime? {
        try decode(PostgresTimestamp?.self, column).map { DatabaseTime(microseconds: $0.microsecondsSinceEpoch) }
    }
}

extension DatabaseTime {
    var parameter: PostgresTimestamp { PostgresTimestamp(microsecondsSinceEpoch: microseconds) }
}

/// Runs a store call: whatever the driver throws becomes a ``StoreError``.
@discardableResult
func storing<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as PostgresError {
        throw StoreError.database(error)
    }
}
