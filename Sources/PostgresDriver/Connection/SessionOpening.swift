internal import CPostgres

/// Setting a session up without libpq's blocking calls.
extension Session {
    /// - Parameter isAbandoned: Asked between steps; the caller has gone when it is true.
    static func open(
        _ configuration: PostgresConfiguration, deadline: ContinuousClock.Instant, wake: WakeDescriptor,
        notices: NoticeHook, isAbandoned: () -> Bool
    ) throws(PostgresError) -> ConnectionHandle {
        var configuration = configuration
        if let file = configuration.passwordFile {
            configuration.parameters["password"] = try PasswordFile.read(file)
        }
        guard let raw = start(configuration) else {
            throw failed(configuration, "out of memory")
        }
        let handle = ConnectionHandle(owning: raw)
        guard !handle.isBad else { throw failed(configuration, handle.errorMessage) }
        notices.install(on: raw)
        // Before its first step, libpq wants the socket to become writable.
        var step = PGRES_POLLING_WRITING
        while step != PGRES_POLLING_OK {
            if step == PGRES_POLLING_FAILED { throw failed(configuration, handle.errorMessage) }
            if isAbandoned() { throw PostgresError(.cancelled, "nobody waits for the connection any more") }
            if deadline <= .now { throw timedOut(configuration) }
            let isWriting = step == PGRES_POLLING_WRITING
            let readiness = SocketWait.poll(
                socket: handle.socket, forWriting: isWriting, forReading: !isWriting, wake: wake, until: deadline)
            if readiness.isReadable || readiness.isWritable { step = PQconnectPoll(raw) }
        }
        return handle
    }

    private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
        let keywords = configuration.connectionKeywords
        return withCStrings(keywords.map(\.keyword)) { names in
            withCStrings(keywords.map(\.value)) { values in PQconnectStartParams(names, values, 0) }
        }
    }

    /// The strings as a NULL-terminated array of C strings, valid during `body`.
    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = strings.map { string in
            let utf8 = string.utf8CString
            let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: utf8.count)
            _ = copy.initialize(from: utf8)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        return (copies.map { UnsafePointer($0.baseAddress) } + [nil]).withUnsafeBufferPointer { pointers in
            guard let base = pointers.baseAddress else {
                preconditionFailure("the array holds at least its terminator")
            }
            return body(base)
        }
    }

    private static func failed(_ configuration: PostgresConfiguration, _ reason: String) -> PostgresError {
        // libpq's reason may end in a question: "Is the server running on that host ...?"
        let end = reason.hasSuffix("?") || reason.hasSuffix(".") ? "" : "."
        return PostgresError(
            .connectionFailed,
            """
            cannot connect to \(configuration): \(reason)\(end) Check that the server runs, that host, port and database \
            are right and that the user may log in.
            """, isConnectionFatal: true)
    }

    static func timedOut(_ configuration: PostgresConfiguration) -> PostgresError {
        failed(configuration, "no answer within \(configuration.connectTimeout)")
    }
}
