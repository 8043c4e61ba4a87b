public import FoundationEssentials
internal import PostgresDriver

/// A device to be added.
public struct NewDevice: Sendable {
    public var name: String
    public var phone: String?
    public var workspace = "default"
    /// The id of a gateway; nil: the default one.
    public var gateway: String?
    /// Overrides the gateway's own.
    public var baseURL: String?
    public var caps: CapValues?

    public init(name: String) { self.name = name }
}

extension OperatorSession {
    /// - Returns: the device's id.
    public func addDevice(_ device: NewDevice) async throws -> UUID {
        guard !device.name.isEmpty else { throw OperationsError.invalid(field: "name", message: "must not be empty") }
        let phone = try device.phone.map { try PhoneNumber($0).digits }
        if let url = device.baseURL { try GatewayValues.check(url: url) }
        return try await change { change in
            try await WorkspaceLookup.require(device.workspace, on: change.transaction)
            if let gateway = device.gateway { try await GatewayLookup.require(gateway, on: change.transaction) }
            let taken = try await change.query(
                "SELECT FROM user_devices WHERE workspace_id = $1 AND device_name = $2 LIMIT 1",
                [.string(device.workspace), .string(device.name)])
            guard taken.isEmpty else {
                throw OperationsError.refused(
                    code: "device_exists",
                    message: "the workspace \(device.workspace) has a device \"\(device.name)\" already")
            }
            let id = try await change.query(
                "INSERT INTO user_devices (device_name, phone, workspace_id) VALUES ($1, $2, $3) RETURNING id",
                [.string(device.name), .string(phone), .string(device.workspace)]
            ).scalar(UUID.self)
            // The row of caps is there: a trigger makes it with every device.
            try await change.query(
                """
                UPDATE device_caps SET gateway_id = $2, base_url = $3, hourly_cap = coalesce($4, hourly_cap),
                    daily_cap = coalesce($5, daily_cap), concurrent_cap = coalesce($6, concurrent_cap),
                    updated_at = now()
                WHERE device_id = $1
                """,
                [
                    .uuid(id), .string(device.gateway), .string(device.baseURL),
                    .int32(device.caps.map { Int32(clamping: $0.hourly) }),
                    .int32(device.caps.map { Int32(clamping: $0.daily) }),
                    .int32(device.caps.map { Int32(clamping: $0.concurrent) }),
                ])
            try await change.record(
                "devices.add", target: id.text,
                after: [
                    "name": device.name, "phone": phone ?? "", "workspace": device.workspace,
                    "gateway": device.gateway ?? "", "caps": device.caps?.description ?? "",
                ])
            return id
        }
    }

    /// Nothing more starts on the device within a second; what is in flight ends.
    public func pauseDevice(_ given: String, reason: String?) async throws {
        try await setPaused(given, true, reason)
    }

    public func resumeDevice(_ given: String) async throws {
        try await setPaused(given, false, nil)
    }

    /// - Returns: the caps it had.
    @discardableResult
    public func setCaps(of given: String, to caps: CapValues) async throws -> CapValues {
        try await change { change in
            let device = try await DeviceLookup.find(given, on: change.transaction)
            let rows = try await change.query(
                """
                WITH before AS (
                    SELECT device_id, hourly_cap, daily_cap, concurrent_cap FROM device_caps WHERE device_id = $1
                    FOR UPDATE)
                UPDATE device_caps c SET hourly_cap = $2, daily_cap = $3, concurrent_cap = $4, updated_at = now()
                FROM before b WHERE c.device_id = b.device_id
                RETURNING b.hourly_cap, b.daily_cap, b.concurrent_cap
                """,
                [
                    .uuid(device.id), .int32(Int32(clamping: caps.hourly)), .int32(Int32(clamping: caps.daily)),
                    .int32(Int32(clamping: caps.concurrent)),
                ])
            let before = CapValues(
                hourly: Int(try rows[0].decode(Int32.self, "hourly_cap")),
                daily: Int(try rows[0].decode(Int32.self, "daily_cap")),
                concurrent: Int(try rows[0].decode(Int32.self, "concurrent_cap")))
            try await change.record("devices.caps", target: device.id.text, before: before, after: caps)
            return before
        }
    }

    private func setPaused(_ given: String, _ isPaused: Bool, _ reason: String?) async throws {
        try await change { change in
            let device = try await DeviceLookup.find(given, on: change.transaction)
            let before = try await change.query(
                """
                WITH before AS (
                    SELECT device_id, paused_at, paused_reason FROM device_caps WHERE device_id = $1 FOR UPDATE)
                UPDATE device_caps c SET paused_at = CASE WHEN $2::bool THEN coalesce(b.paused_at, now()) END,
                    paused_reason = CASE WHEN $2::bool THEN $3::text END, updated_at = now()
                FROM before b WHERE c.device_id = b.device_id
                RETURNING b.paused_at IS NOT NULL AS was_paused
                """, [.uuid(device.id), .bool(isPaused), .string(reason)]
            ).first?.decode(Bool.self, "was_paused")
            try await change.record(
                isPaused ? "devices.pause" : "devices.resume", target: device.id.text,
                before: ["paused": before ?? false], after: ["paused": isPaused])
        }
    }
}
