import CNATS

// Called by libnats on its one callback thread, which all connections share. They must not call back into libnats: a
// connection that is being made again holds its lock for as long as a server may take to answer.

func natsConnectionLost(_ connection: OpaquePointer?, _ closure: UnsafeMutableRawPointer?) {
    CallbackRegistry.target(of: closure)?.events.apply(.lost)
}

func natsConnectionRestored(_ connection: OpaquePointer?, _ closure: UnsafeMutableRawPointer?) {
    CallbackRegistry.target(of: closure)?.events.apply(.restored)
}

func natsConnectionEnded(_ connection: OpaquePointer?, _ closure: UnsafeMutableRawPointer?) {
    CallbackRegistry.target(of: closure)?.events.apply(.ended)
}

/// Without a handler of ours libnats would write to standard error, or say nothing.
func natsAsyncError(
    _ connection: OpaquePointer?, _ subscription: OpaquePointer?, _ status: natsStatus,
    _ closure: UnsafeMutableRawPointer?
) {
    guard let target = CallbackRegistry.target(of: closure) else { return }
    target.events.noteAsyncError(target.translation.lastError(status, operation: "connection").detail)
}
