internal import CSluiceProto

// The names protoc-c chose, one block per message.

extension Sluice__V1__DispatchBatch: CMessage {
    static var wireName: String { "DispatchBatch" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__dispatch_batch__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__dispatch_batch__get_packed_size }
    static var pack: Pack { sluice__v1__dispatch_batch__pack }
    static var unpack: Unpack { sluice__v1__dispatch_batch__unpack }
    static var freeUnpacked: Free { sluice__v1__dispatch_batch__free_unpacked }
}

extension Sluice__V1__CreditReport: CMessage {
    static var wireName: String { "CreditReport" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__credit_report__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__credit_report__get_packed_size }
    static var pack: Pack { sluice__v1__credit_report__pack }
    static var unpack: Unpack { sluice__v1__credit_report__unpack }
    static var freeUnpacked: Free { sluice__v1__credit_report__free_unpacked }
}

extension Sluice__V1__LeaderBeacon: CMessage {
    static var wireName: String { "LeaderBeacon" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__leader_beacon__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__leader_beacon__get_packed_size }
    static var pack: Pack { sluice__v1__leader_beacon__pack }
    static var unpack: Unpack { sluice__v1__leader_beacon__unpack }
    static var freeUnpacked: Free { sluice__v1__leader_beacon__free_unpacked }
}

extension Sluice__V1__Wake: CMessage {
    static var wireName: String { "Wake" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__wake__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__wake__get_packed_size }
    static var pack: Pack { sluice__v1__wake__pack }
    static var unpack: Unpack { sluice__v1__wake__unpack }
    static var freeUnpacked: Free { sluice__v1__wake__free_unpacked }
}

extension Sluice__V1__StatusRequest: CMessage {
    static var wireName: String { "StatusRequest" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__status_request__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__status_request__get_packed_size }
    static var pack: Pack { sluice__v1__status_request__pack }
    static var unpack: Unpack { sluice__v1__status_request__unpack }
    static var freeUnpacked: Free { sluice__v1__status_request__free_unpacked }
}

extension Sluice__V1__NodeStatus: CMessage {
    static var wireName: String { "NodeStatus" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__node_status__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__node_status__get_packed_size }
    static var pack: Pack { sluice__v1__node_status__pack }
    static var unpack: Unpack { sluice__v1__node_status__unpack }
    static var freeUnpacked: Free { sluice__v1__node_status__free_unpacked }
}

extension Sluice__V1__DeviceStateRequest: CMessage {
    static var wireName: String { "DeviceStateRequest" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__device_state_request__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__device_state_request__get_packed_size }
    static var pack: Pack { sluice__v1__device_state_request__pack }
    static var unpack: Unpack { sluice__v1__device_state_request__unpack }
    static var freeUnpacked: Free { sluice__v1__device_state_request__free_unpacked }
}

extension Sluice__V1__DeviceState: CMessage {
    static var wireName: String { "DeviceState" }
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__device_state__init }
    static var packedSize: (UnsafePointer<Self>?) -> Int { sluice__v1__device_state__get_packed_size }
    static var pack: Pack { sluice__v1__device_state__pack }
    static var unpack: Unpack { sluice__v1__device_state__unpack }
    static var freeUnpacked: Free { sluice__v1__device_state__free_unpacked }
}

extension Sluice__V1__DeviceClaims: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__device_claims__init }
}

extension Sluice__V1__ContactClaim: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__contact_claim__init }
}

extension Sluice__V1__LaneDue: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__lane_due__init }
}

extension Sluice__V1__DeviceCredit: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__device_credit__init }
}

extension Sluice__V1__CoordinatorStatus: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__coordinator_status__init }
}

extension Sluice__V1__ShardStatus: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__shard_status__init }
}

extension Sluice__V1__APIStatus: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__apistatus__init }
}

extension Sluice__V1__DevicesByCondition: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__devices_by_condition__init }
}

extension Sluice__V1__OutcomeCounts: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__outcome_counts__init }
}

extension Sluice__V1__OpenBreaker: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__open_breaker__init }
}

extension Sluice__V1__CapWindow: CSubmessage {
    static var initialize: (UnsafeMutablePointer<Self>?) -> Void { sluice__v1__cap_window__init }
}
