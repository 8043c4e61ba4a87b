/// Which slot a device is in, and which devices share its cap key.
struct RouteTable {
    private var slots: [DeviceID: HashSlot] = [:]
    /// Where it is another than the usual one.
    private var floors: [DeviceID: FloorShare] = [:]
    private var siblings: [DeviceID: [DeviceID]] = [:]
    private var bySlot: [[DeviceID]] = []
    /// In the order they were loaded.
    private(set) var devices: [DeviceID] = []

    init(_ routes: [DeviceRoute] = []) {
        slots.reserveCapacity(routes.count)
        bySlot = Array(repeating: [], count: HashSlot.count)
        var byKey: [String: [DeviceID]] = [:]
        for route in routes where slots.updateValue(route.slot, forKey: route.device) == nil {
            devices.append(route.device)
            if route.floor != .standard { floors[route.device] = route.floor }
            bySlot[Int(route.slot.rawValue)].append(route.device)
            byKey[route.capKey, default: []].append(route.device)
        }
        for route in routes {
            if let group = byKey[route.capKey], group.count > 1 { siblings[route.device] = group }
        }
    }

    func slot(of device: DeviceID) -> HashSlot? { slots[device] }

    func floor(of device: DeviceID) -> FloorShare { floors[device] ?? .standard }

    /// The devices of its cap key, itself among them; nil for the usual device that has a key of its own.
    func group(of device: DeviceID) -> [DeviceID]? { siblings[device] }

    func devices(in slot: HashSlot) -> [DeviceID] { bySlot.isEmpty ? [] : bySlot[Int(slot.rawValue)] }
}
