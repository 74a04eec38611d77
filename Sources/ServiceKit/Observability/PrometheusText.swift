/// Writes metrics in the text format of Prometheus (exposition format 0.0.4).
struct PrometheusText {
    /// What a metric is.
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    init() { text.reserveCapacity(16 * 1_024) }

    mutating func counter(_ name: String, _ help: String, _ value: Int) {
        header(name, help, .counter)
        sample(name, "", value)
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        header(name, help, .gauge)
        sample(name, "", value)
    }

    mutating func gauge(_ name: String, _ help: String, label: String, _ values: [(String, Double)]) {
        header(name, help, .gauge)
        for (value, level) in values { sample(name, Self.labels([(label, value)]), level) }
    }

    mutating func header(_ name: String, _ help: String, _ kind: Kind) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter labels: as ``labels(_:)`` writes them.
    mutating func sample(_ name: String, _ labels: String, _ value: Int) {
        text += "\(name)\(Self.braced(labels)) \(value)\n"
    }

    mutating func sample(_ name: String, _ labels: String, _ value: Double) {
        text += "\(name)\(Self.braced(labels)) \(Self.number(value))\n"
    }

    mutating func samples(_ name: String, _ labels: String, _ histogram: Histogram) {
        let snapshot = histogram.snapshot
        let others = labels.isEmpty ? "" : labels + ","
        var cumulative = 0
        for (bound, count) in zip(histogram.bounds, snapshot.counts) {
            cumulative += count
            text += "\(name)_bucket{\(others)le=\"\(Self.number(bound))\"} \(cumulative)\n"
        }
        text += "\(name)_bucket{\(others)le=\"+Inf\"} \(snapshot.count)\n"
        text += "\(name)_sum\(Self.braced(labels)) \(snapshot.sum)\n"
        text += "\(name)_count\(Self.braced(labels)) \(snapshot.count)\n"
    }

    /// Names and values of labels as they stand between the braces.
    static func labels(_ labels: [(String, String)]) -> String {
        labels.map { "\(name($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ",")
    }

    /// A name with what Prometheus does not allow in one as underscores.
    static func name(_ name: String) -> String {
        func isAllowed(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        var bytes = name.utf8.map { isAllowed($0) ? $0 : UInt8(ascii: "_") }
        if bytes.first.map({ $0 <= UInt8(ascii: "9") }) ?? true { bytes.insert(UInt8(ascii: "_"), at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    /// Hardly any value has something to escape.
    private static func escaped(_ value: String) -> String {
        func isPlain(_ byte: UInt8) -> Bool {
            byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\n")
        }
        if value.utf8.allSatisfy(isPlain) { return value }
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            if !isPlain(byte) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
