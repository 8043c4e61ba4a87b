import CNATS
import Glibc

/// libnats' options object, filled from `NATSOptions`. libnats copies it when it connects.
struct COptions: ~Copyable {
    fileprivate let pointer: OpaquePointer

    /// - Parameter callbackID: what the connection callbacks get as closure, see `CallbackRegistry`.
    /// - Throws: `NATSError`, for example when a certificate file cannot be read.
    static func make(
        _ options: NATSOptions, callbackID: Int, translation: StatusTranslation
    ) throws(NATSError) -> COptions {
        var created: OpaquePointer?
        let status = natsOptions_Create(&created)
        guard status == NATS_OK, let created else { throw translation.lastError(status, operation: "connect") }
        let owner = COptions(pointer: created)
        let settings = Settings(pointer: created, translation: translation)
        try settings.apply(connectionOf: options)
        try settings.apply(securityOf: options)
        try settings.applyCallbacks(id: callbackID, options)
        return owner
    }

    deinit {
        natsOptions_Destroy(pointer)
    }

    /// Blocks until a server has accepted, or all have failed, or, with `retryInitialConnect`, all were tried once.
    func connect(_ connection: inout OpaquePointer?) -> natsStatus {
        natsConnection_Connect(&connection, pointer)
    }
}

private struct Settings {
    let pointer: OpaquePointer
    let translation: StatusTranslation

    private func check(_ status: natsStatus) throws(NATSError) {
        if status != NATS_OK { throw translation.lastError(status, operation: "connect") }
    }

    func apply(connectionOf options: NATSOptions) throws(NATSError) {
        try check(setServers(options.servers))
        try check(natsOptions_SetNoRandomize(pointer, !options.randomizeServers))
        if let name = options.name { try check(natsOptions_SetName(pointer, name)) }
        try check(natsOptions_SetPingInterval(pointer, options.pingInterval.wholeMilliseconds))
        try check(natsOptions_SetMaxPingsOut(pointer, Int32(clamping: options.maxPingsOut)))
        try check(natsOptions_SetMaxReconnect(pointer, Int32(clamping: options.maxReconnectAttempts)))
        try check(natsOptions_SetReconnectWait(pointer, options.reconnectWait.wholeMilliseconds))
        let jitter = options.reconnectJitter.wholeMilliseconds
        try check(natsOptions_SetReconnectJitter(pointer, jitter, jitter))
        // One byte is the least libnats allows (0 means 8 MiB): a publish while disconnected fails, see `publish`.
        try check(natsOptions_SetReconnectBufSize(pointer, 1))
        try check(natsOptions_SetTimeout(pointer, options.connectTimeout.wholeMilliseconds))
        try check(natsOptions_SetWriteDeadline(pointer, options.writeDeadline.wholeMilliseconds))
        try check(natsOptions_SetSendAsap(pointer, options.sendImmediately))
    }

    func apply(securityOf options: NATSOptions) throws(NATSError) {
        switch options.authentication {
        case .fromURL: break
        case .userPassword(let user, let password): try check(natsOptions_SetUserInfo(pointer, user, password))
        case .token(let token): try check(natsOptions_SetToken(pointer, token))
        case .nkey(let key, let seedFile): try check(natsOptions_SetNKeyFromSeed(pointer, key, seedFile))
        case .credentialsFile(let file): try check(natsOptions_SetUserCredentialsFromFiles(pointer, file, nil))
        }
        guard options.tls != nil || options.servers.contains(where: { ServerAddress($0)?.isTLS == true }) else {
            return
        }
        try check(natsOptions_SetSecure(pointer, true))
        guard let tls = options.tls else { return }
        if let file = tls.caFile { try check(natsOptions_LoadCATrustedCertificates(pointer, file)) }
        if let certificate = tls.certificateFile, let key = tls.keyFile {
            try check(natsOptions_LoadCertificatesChain(pointer, certificate, key))
        }
        if let name = tls.expectedHostname { try check(natsOptions_SetExpectedHostname(pointer, name)) }
    }

    func applyCallbacks(id: Int, _ options: NATSOptions) throws(NATSError) {
        let closure = UnsafeMutableRawPointer(bitPattern: id)
        try check(natsOptions_SetDisconnectedCB(pointer, natsConnectionLost, closure))
        try check(natsOptions_SetReconnectedCB(pointer, natsConnectionRestored, closure))
        try check(natsOptions_SetClosedCB(pointer, natsConnectionEnded, closure))
        try check(natsOptions_SetErrorHandler(pointer, natsAsyncError, closure))
        if options.retryInitialConnect {
            try check(natsOptions_SetRetryOnFailedConnect(pointer, true, natsConnectionRestored, closure))
        }
    }

    private func setServers(_ servers: [String]) -> natsStatus {
        var texts: [UnsafePointer<CChar>?] = servers.map { UnsafePointer(strdup($0)) }
        defer { for text in texts { free(UnsafeMutablePointer(mutating: text)) } }
        return natsOptions_SetServers(pointer, &texts, Int32(texts.count))
    }
}
