internal import CSluiceProto
public import SluiceCore

extension DispatchBatch: WireMessage {
    public func encoded() -> [UInt8] {
        Sluice__V1__DispatchBatch.packed { message, arena in
            message.batch = id.rawValue
            message.owner = owner.rawValue
            message.expires_at_us = expiresAt.microseconds
            let runs = claimsByDevice
            message.n_devices = runs.count
            message.devices = arena.messages(runs) { message, claims, arena in
                Self.pack(claims, into: &message, arena: &arena)
            }
        }
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__DispatchBatch.unpacked(bytes) { (message) throws(WireError) in
            let id = BatchID(rawValue: try decodePositive(message.batch, "DispatchBatch.batch"))
            return DispatchBatch(
                id: id,
                owner: Incarnation(rawValue: try decodePositive(message.owner, "DispatchBatch.owner")),
                expiresAt: DatabaseTime(
                    microseconds: try decodePositive(message.expires_at_us, "DispatchBatch.expires_at_us")),
                claims: try Self.claims(of: message, batch: id))
        }
    }

    /// Claims next to each other that share device, slot and epoch: what one `DeviceClaims` holds. The order of the
    /// claims stays.
    private var claimsByDevice: [ArraySlice<Claim>] {
        var runs: [ArraySlice<Claim>] = []
        var start = claims.startIndex
        while start < claims.endIndex {
            let first = claims[start]
            let end =
                claims[start...].firstIndex {
                    $0.device != first.device || $0.slot != first.slot || $0.epoch != first.epoch
                } ?? claims.endIndex
            runs.append(claims[start..<end])
            start = end
        }
        return runs
    }

    private static func pack(
        _ claims: ArraySlice<Claim>, into message: inout Sluice__V1__DeviceClaims, arena: inout PackingArena
    ) {
        guard let first = claims.first else { return }
        message.device = arena.id(first.device.rawValue)
        message.slot = UInt32(first.slot.rawValue)
        message.epoch = first.epoch.rawValue
        message.n_contacts = claims.count
        message.contacts = arena.messages(claims) { message, claim, arena in
            message.contact = arena.id(claim.contact.rawValue)
            message.lane = claim.lane.rawValue
            message.priority_class = UInt32(claim.priorityClass.rawValue)
        }
    }

    private static func claims(
        of message: borrowing Sluice__V1__DispatchBatch, batch: BatchID
    ) throws(WireError) -> [Claim] {
        var all: [Claim] = []
        let devices = try decodeList(message.devices, count: message.n_devices, "DispatchBatch.devices") { $0 }
        for pointer in devices {
            let device = pointer.pointee
            let deviceID = DeviceID(rawValue: try decodeID(device.device, "DeviceClaims.device"))
            let slot = try decodeSlot(device.slot, "DeviceClaims.slot")
            let epoch = Epoch(rawValue: try decodePositive(device.epoch, "DeviceClaims.epoch"))
            all += try decodeList(device.contacts, count: device.n_contacts, "DeviceClaims.contacts") {
                (contact) throws(WireError) in
                Claim(
                    contact: ContactID(rawValue: try decodeID(contact.pointee.contact, "ContactClaim.contact")),
                    device: deviceID,
                    lane: LaneID(rawValue: try decodePositive(contact.pointee.lane, "ContactClaim.lane")),
                    priorityClass: try decodeClass(contact.pointee.priority_class, "ContactClaim.priority_class"),
                    slot: slot, epoch: epoch, batch: batch)
            }
            guard all.count <= WireLimits.elements else {
                throw .tooMany(field: "DeviceClaims.contacts", count: all.count)
            }
        }
        return all
    }
}
