extension Int64 {
    /// The sum, or the end of the range that it passes. Times come from tables that users write: none may stop a node.
    func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, isOver) = addingReportingOverflow(other)
        guard isOver else { return sum }
        return other < 0 ? .min : .max
    }

    /// The difference, or the end of the range that it passes.
    func saturatingSubtract(_ other: Int64) -> Int64 {
        let (difference, isOver) = subtractingReportingOverflow(other)
        guard isOver else { return difference }
        return other < 0 ? .max : .min
    }

    /// The product with a positive number, or the end of the range that it passes.
    func saturatingMultiply(by positive: Int64) -> Int64 {
        let (product, isOver) = multipliedReportingOverflow(by: positive)
        guard isOver else { return product }
        return self < 0 ? .min : .max
    }
}

extension Duration {
    /// This duration in nanoseconds, the fraction below dropped. Beyond ±292 years it is the nearest that fits.
    public var wholeNanoseconds: Int64 { whole(perSecond: 1_000_000_000) }

    /// This duration in microseconds, the fraction below dropped. Beyond ±292,000 years it is the nearest that fits.
    public var wholeMicroseconds: Int64 { whole(perSecond: 1_000_000) }

    private func whole(perSecond units: Int64) -> Int64 {
        let (seconds, attoseconds) = components
        let (product, isOver) = seconds.multipliedReportingOverflow(by: units)
        guard !isOver else { return seconds < 0 ? .min : .max }
        return product.saturatingAdd(attoseconds / (1_000_000_000_000_000_000 / units))
    }
}
