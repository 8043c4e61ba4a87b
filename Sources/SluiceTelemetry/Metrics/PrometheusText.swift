/// Writes metrics in the Prometheus text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// `name` with what a metric name may not hold replaced by `_`.
    static func metricName(_ name: String) -> String { sanitized(name, allowingColon: true) }

    /// `name` with what a label name may not hold replaced by `_`.
    static func labelName(_ name: String) -> String { sanitized(name, allowingColon: false) }

    /// `value` as it stands between the quotes of a label.
    static func escaped(label value: String) -> String {
        var escaped = ""
        for character in value {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// `3` rather than `3.0`; `+Inf`, `-Inf` and `NaN` by name.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    static func append(_ histogram: HistogramSeries, name: String, labels: LabelSet, to text: inout String) {
        let snapshot = histogram.snapshot
        var cumulative: UInt64 = 0
        for (bound, count) in zip(histogram.bounds, snapshot.counts) {
            cumulative += count
            text += "\(name)_bucket\(labels.adding("le", number(bound))) \(cumulative)\n"
        }
        cumulative += snapshot.counts[histogram.bounds.count]
        text += "\(name)_bucket\(labels.adding("le", "+Inf")) \(cumulative)\n"
        text += "\(name)_sum\(labels.text) \(number(snapshot.sum))\n"
        text += "\(name)_count\(labels.text) \(cumulative)\n"
    }

    private static func sanitized(_ name: String, allowingColon: Bool) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            let isDigit = ("0"..."9").contains(scalar) && !result.isEmpty
            let isColon = allowingColon && scalar == ":"
            result.unicodeScalars.append(isLetter || isDigit || isColon ? scalar : "_")
        }
        return result.isEmpty ? "_" : result
    }
}
