import Metrics
import Synchronization

/// What a process counts and measures, told in the text format of Prometheus.
///
/// The service's own metrics are made by ``counter(_:_:labels:)`` and ``histogram(_:_:bounds:)``, which carry the help
/// text and the bounds that swift-metrics has no words for. Libraries reach the same registry by swift-metrics, as the
/// factory with which the process was bootstrapped. Either way the hot path adds to an atomic or fills a bucket, and
/// allocates nothing.
final class PrometheusMetrics: MetricsFactory {
    /// The most series a family has. A library that makes labels of what strangers send must not fill the memory; what
    /// goes beyond is counted and not told.
    static let mostSeries = 1_000

    /// A metric with the values that its labels have taken, in the order in which they were made.
    private struct Family {
        let help: String
        let kind: PrometheusText.Kind
        var series: [(labels: String, value: Value)] = []
    }

    /// Where one series keeps its value.
    private enum Value {
        case counter(Counter)
        case gauge(Level)
        case histogram(Histogram)
    }

    private struct State {
        var order: [String] = []
        var families: [String: Family] = [:]
    }

    private let state = Mutex(State())

    /// A counter, made when it is asked for the first time.
    ///
    /// - Parameters:
    ///   - name: its whole name, which ends with `_total`.
    ///   - help: what it says.
    ///   - labels: names and values by which it is told from others of its name.
    func counter(_ name: String, _ help: String, labels: [(String, String)] = []) -> Counter {
        let value = value(name, help, .counter, labels) { .counter(Counter()) }
        if case .counter(let counter)? = value { return counter }
        return Counter()
    }

    /// A histogram, made when it is asked for the first time.
    ///
    /// - Parameters:
    ///   - name: its whole name, with its unit as the last word when it has one.
    ///   - help: what it says.
    ///   - labels: names and values by which it is told from others of its name.
    ///   - bounds: the upper bounds of its buckets, ascending.
    func histogram(
        _ name: String, _ help: String, labels: [(String, String)] = [], bounds: [Double]
    ) -> Histogram {
        let value = value(name, help, .histogram, labels) { .histogram(Histogram(bounds: bounds)) }
        if case .histogram(let histogram)? = value { return histogram }
        return Histogram(bounds: bounds)
    }

    private func gauge(_ name: String, _ help: String, labels: [(String, String)]) -> Level {
        if case .gauge(let level)? = value(name, help, .gauge, labels, { .gauge(Level()) }) { return level }
        return Level()
    }

    /// Has a family told from the start, before anything of it is counted.
    func announce(counter name: String, _ help: String) {
        state.withLock { Self.declare(name, help, .counter, &$0) }
    }

    /// - Returns: the value of the series; `nil` when it is not told, because the name is taken by another kind or the
    ///   family is full.
    private func value(
        _ name: String, _ help: String, _ kind: PrometheusText.Kind, _ labels: [(String, String)],
        _ make: () -> Value
    ) -> Value? {
        let labels = PrometheusText.labels(labels)
        return state.withLock { state in
            Self.declare(name, help, kind, &state)
            guard let family = state.families[name], family.kind == kind else { return nil }
            if let known = family.series.first(where: { $0.labels == labels }) { return known.value }
            guard family.series.count < Self.mostSeries else { return nil }
            let value = make()
            state.families[name]?.series.append((labels, value))
            return value
        }
    }

    private static func declare(_ name: String, _ help: String, _ kind: PrometheusText.Kind, _ state: inout State) {
        guard state.families[name] == nil else { return }
        state.order.append(name)
        state.families[name] = Family(help: help, kind: kind)
    }

    /// Everything there is, families in the order in which they were made, series by their labels.
    func write(to text: inout PrometheusText) {
        let (order, families) = state.withLock { ($0.order, $0.families) }
        for name in order {
            guard let family = families[name] else { continue }
            text.header(name, family.help, family.kind)
            for (labels, value) in family.series.sorted(by: { $0.labels < $1.labels }) {
                switch value {
                case .counter(let counter): text.sample(name, labels, counter.current)
                case .gauge(let level): text.sample(name, labels, level.current)
                case .histogram(let histogram): text.samples(name, labels, histogram)
                }
            }
        }
    }

    // MARK: What swift-metrics asks of a factory

    /// What can be said of a metric whose library says no more than its name.
    private static func help(_ label: String) -> String { "Reported by a library as '\(label)'." }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let name = PrometheusText.name(label)
        return counter(name.hasSuffix("_total") ? name : name + "_total", Self.help(label), labels: dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let name = PrometheusText.name(label)
        guard aggregate else { return gauge(name, Self.help(label), labels: dimensions) }
        // Nobody says in which unit it measures, so there are no bounds to divide it by: sum and count alone.
        return histogram(name, Self.help(label), labels: dimensions, bounds: [])
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(PrometheusText.name(label), Self.help(label), labels: dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = PrometheusText.name(label)
        return histogram(
            name.hasSuffix("_seconds") ? name : name + "_seconds", Self.help(label), labels: dimensions,
            bounds: Histogram.seconds)
    }

    // A counter that went away and came back would look like a restart, so what was told once stays.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
