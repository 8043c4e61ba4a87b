extension Duration {
    /// Whole milliseconds, rounded up so that a short positive duration does not become zero, which libnats reads as
    /// "no limit" in places.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let perMillisecond: Int64 = 1_000_000_000_000_000
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        if overflow { return seconds < 0 ? .min : .max }
        let rest = attoseconds / perMillisecond + (attoseconds % perMillisecond > 0 ? 1 : 0)
        return scaled.addingReportingOverflow(rest).overflow ? .max : scaled + rest
    }
}
