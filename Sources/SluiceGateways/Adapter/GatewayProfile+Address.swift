internal import SluiceCore

extension GatewayProfile {
    /// Where its requests go.
    ///
    /// - Throws: `invalidBaseURL` for a base URL that plain SQL put there unchecked.
    func address() throws(GatewayConfigurationError) -> GatewayAddress {
        do throws(GatewayAddress.Invalid) {
            return try GatewayAddress(baseURL)
        } catch {
            throw .invalidBaseURL(reason: error.reason)
        }
    }
}
