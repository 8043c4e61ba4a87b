/// The least part of an input that still fails: parts are left out, large ones first, then bytes are made zeros.
///
/// Source: A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (TSE 2002), without its
/// complements, which a further round finds too.
public enum Shrinking {
    /// - Parameters:
    ///   - tries: how often `fails` may be asked; what is found by then is returned.
    ///   - fails: whether an input still fails.
    public static func shrink(_ input: [UInt8], tries: Int, fails: ([UInt8]) throws -> Bool) rethrows -> [UInt8] {
        var least = input
        var left = tries
        var size = max(1, least.count / 2)
        while left > 0 {
            var isSmaller = false
            var start = 0
            while start < least.count, left > 0 {
                var shorter = least
                shorter.removeSubrange(start..<min(start + size, least.count))
                left -= 1
                if try fails(shorter) {
                    least = shorter
                    isSmaller = true
                } else {
                    start += size
                }
            }
            if size == 1, !isSmaller { break }
            size = max(1, size / 2)
        }
        for index in least.indices where left > 0 && least[index] != 0 {
            var simpler = least
            simpler[index] = 0
            left -= 1
            if try fails(simpler) { least = simpler }
        }
        return least
    }
}
