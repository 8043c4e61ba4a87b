import Synchronization

/// Finds a connection's events by number.
///
/// libnats calls a connection's callbacks from its own thread, sometimes after `natsConnection_Destroy` returned and
/// more than once. So what it gets as closure is a number that is never used twice: after `remove` a late call finds
/// nothing, where a pointer would dangle.
enum CallbackRegistry {
    private struct Entries {
        var last = 0
        var targets: [Int: Target] = [:]
    }

    struct Target: Sendable {
        var events: ConnectionEvents
        var translation: StatusTranslation
    }

    private static let entries = Mutex(Entries())

    static func add(_ target: Target) -> Int {
        entries.withLock { entries in
            entries.last += 1
            entries.targets[entries.last] = target
            return entries.last
        }
    }

    static func remove(_ id: Int) {
        _ = entries.withLock { $0.targets.removeValue(forKey: id) }
    }

    static func target(of closure: UnsafeMutableRawPointer?) -> Target? {
        let id = Int(bitPattern: closure)
        return entries.withLock { $0.targets[id] }
    }
}
