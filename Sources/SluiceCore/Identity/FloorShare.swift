/// The share of a device's turns that the least urgent of its work keeps under a stream of what is more urgent: a
/// workspace's `floor_low`. In thousandths, so that a tenth is exactly every tenth turn.
public struct FloorShare: Hashable, Sendable {
    public static let standard = FloorShare(0.1)

    /// From 0, nothing, to 1,000, every turn.
    let thousandths: Int

    /// What lies outside 0 to 1 is the nearer of the two.
    public init(_ share: Double) {
        thousandths = share.isNaN ? 0 : Int((min(max(share, 0), 1) * 1_000).rounded())
    }

    /// Of what the device may take, what a turn of the least urgent's is for: at least one.
    func part(of contacts: Int) -> Int { max(1, contacts * thousandths / 1_000) }
}
