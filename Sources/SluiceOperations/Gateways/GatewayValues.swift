internal import SluiceCore

/// What a gateway's row may hold.
enum GatewayValues {
    /// - Throws: ``OperationsError/invalid(field:message:)`` for a URL that the shards would not send to.
    static func check(url: String) throws(OperationsError) {
        do throws(GatewayAddress.Invalid) {
            _ = try GatewayAddress(url)
        } catch {
            throw .invalid(field: "base_url", message: error.reason)
        }
    }
}
