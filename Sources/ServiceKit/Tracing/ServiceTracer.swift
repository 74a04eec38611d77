import Synchronization
import Tracing

/// Makes spans, and keeps those that have ended until they are exported.
///
/// There is one only where there is somewhere to export to; otherwise no code of tracing runs at all.
final class ServiceTracer: Tracer {
    /// The name of the header, and of the attribute of CloudEvents, by which messages carry their trace.
    static let header = "traceparent"

    let spans: SpanQueue

    init(spans: SpanQueue) {
        self.spans = spans
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> RecordedSpan {
        var context = context()
        let parent = context[TraceContext.Key.self]
        let own = (parent ?? .root()).child()
        context[TraceContext.Key.self] = own
        return RecordedSpan(
            operationName, kind, context, own, parent: parent?.span, start: instant().nanosecondsSinceEpoch, spans)
    }

    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: Self.header, from: carrier) else { return }
        context[TraceContext.Key.self] = TraceContext(text) ?? context[TraceContext.Key.self]
    }

    func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let text = context[TraceContext.Key.self]?.traceparent else { return }
        injector.inject(text, forKey: Self.header, into: &carrier)
    }

    /// A context that is this place in a trace, and nothing else.
    static func context(_ place: TraceContext?) -> InstrumentationContext {
        var context = InstrumentationContext.topLevel
        context[TraceContext.Key.self] = place
        return context
    }
}

/// A span that is recorded when it ends.
final class RecordedSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var isEnded = false
    }

    let context: InstrumentationContext
    /// Where it is in its trace.
    let place: TraceContext
    private let kind: SpanKind
    private let parent: String?
    private let start: UInt64
    private let spans: SpanQueue
    private let state: Mutex<State>

    init(
        _ name: String, _ kind: SpanKind, _ context: InstrumentationContext, _ place: TraceContext, parent: String?,
        start: UInt64, _ spans: SpanQueue
    ) {
        (self.kind, self.context, self.place, self.parent) = (kind, context, place, parent)
        (self.start, self.spans) = (start, spans)
        state = Mutex(State(name: name))
    }

    var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    var isRecording: Bool { place.isSampled && state.withLock { !$0.isEnded } }

    func setStatus(_ status: SpanStatus) { state.withLock { $0.status = status } }

    /// Nothing here has moments within a span.
    func addEvent(_ event: SpanEvent) {}

    /// Nothing here belongs to more than one trace.
    func addLink(_ link: SpanLink) {}

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        setStatus(SpanStatus(code: .error, message: String("\(error)".prefix(500))))
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let ended: FinishedSpan? = state.withLock { state in
            guard !state.isEnded, place.isSampled else { return nil }
            state.isEnded = true
            return FinishedSpan(
                place: place, parent: parent, name: state.name, kind: kind, start: start, end: end,
                attributes: state.attributes, status: state.status)
        }
        if let ended { spans.add(ended) }
    }
}

/// A span that has ended.
struct FinishedSpan: Sendable {
    let place: TraceContext
    let parent: String?
    let name: String
    let kind: SpanKind
    /// Nanoseconds since 1970.
    let start: UInt64
    let end: UInt64
    let attributes: SpanAttributes
    let status: SpanStatus?
}

/// The spans that wait to be exported: so many at most, past which the newest are dropped and counted.
final class SpanQueue: Sendable {
    private let waiting = Mutex<[FinishedSpan]>([])
    private let capacity: Int
    private let full: Int
    /// Raised when there are enough of them for a batch.
    let signal = Signal()
    /// How many were taken by the receiver.
    let exported = Counter()
    /// How many were not kept, or not taken.
    let dropped = Counter()

    /// - Parameters:
    ///   - capacity: how many may wait.
    ///   - batch: how many go out at once.
    init(capacity: Int = 8_192, batch: Int = 512) {
        (self.capacity, full) = (capacity, batch)
    }

    func add(_ span: FinishedSpan) {
        let count = waiting.withLock { waiting in
            guard waiting.count < capacity else { return -1 }
            waiting.append(span)
            return waiting.count
        }
        if count < 0 { dropped.add(1) }
        if count == full { signal.raise() }
    }

    /// Takes some back that could not be sent yet.
    func giveBack(_ spans: [FinishedSpan]) { waiting.withLock { $0.insert(contentsOf: spans, at: 0) } }

    /// Takes the oldest, a batch at most.
    func take() -> [FinishedSpan] {
        waiting.withLock { waiting in
            let taken = Array(waiting.prefix(full))
            waiting.removeFirst(taken.count)
            return taken
        }
    }
}
