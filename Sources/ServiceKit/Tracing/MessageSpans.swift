import Contracts
import Messaging
import Tracing

// The spans of messages, questions and tasks.
extension ServiceTracer {
    private static func describe(_ span: RecordedSpan, _ operation: String, _ id: String, _ destination: String) {
        span.attributes = [
            "messaging.system": "rabbitmq", "messaging.operation.type": .string(operation),
            "messaging.message.id": .string(id), "messaging.destination.name": .string(destination),
        ]
    }

    private static func fail(_ span: RecordedSpan, _ refusal: Refusal) {
        span.attributes["waybill.reason"] = refusal.reason.rawValue
        span.setStatus(SpanStatus(code: .error, message: "\(refusal.path): \(refusal.detail.prefix(300))"))
    }

    /// Begins a span for each message, and has what comes of the message belong to it.
    ///
    /// - Returns: the spans by the positions of the messages.
    func receive(_ messages: inout [AnyReceived], _ deliveries: [Delivery]) -> [Int: RecordedSpan] {
        let now = DefaultTracerClock.now
        var spans: [Int: RecordedSpan] = [:]
        for index in messages.indices {
            let envelope = messages[index].envelope
            let parent =
                envelope.traceparent.flatMap { TraceContext($0) } ?? .of(source: envelope.source, id: envelope.id)
            let span = startSpan(
                "receive \(envelope.type)", context: Self.context(parent), ofKind: .consumer, at: now)
            Self.describe(span, "process", envelope.id, deliveries[messages[index].position].exchange)
            messages[index].envelope.traceparent = span.place.traceparent
            spans[messages[index].position] = span
        }
        return spans
    }

    /// Ends the spans of a batch's messages; those refused say why.
    func settle(_ spans: [Int: RecordedSpan], _ refused: [Int: Refusal], _ deliveries: [Delivery]) {
        let now = DefaultTracerClock.now
        for (position, span) in spans {
            if let refusal = refused[position] { Self.fail(span, refusal) }
            span.end(at: now)
        }
        // What could not even be read has the trace of its header, if any.
        for (position, refusal) in refused where spans[position] == nil {
            let delivery = deliveries[position]
            let parent = delivery.properties.headers[Self.header]?.text.flatMap { TraceContext($0) }
            let span = startSpan(
                "receive \(delivery.routingKey.prefix(100))", context: Self.context(parent), ofKind: .consumer, at: now)
            Self.describe(span, "process", delivery.properties.messageID ?? "", delivery.exchange)
            Self.fail(span, refusal)
            span.end(at: now)
        }
    }

    /// Records the commit of a batch in the trace of each of its messages.
    func commit(_ messages: [AnyReceived], since start: DefaultTracerClock.Timestamp) {
        let now = DefaultTracerClock.now
        for message in messages {
            guard let parent = message.envelope.traceparent.flatMap({ TraceContext($0) }) else { continue }
            let span = startSpan("commit", context: Self.context(parent), ofKind: .internal, at: start)
            span.attributes["waybill.batch.messages"] = messages.count
            span.end(at: now)
        }
    }

    /// Records what was published, each in its trace.
    func publish(_ entries: [OutboxEntry], _ outcomes: [PublishOutcome], since start: DefaultTracerClock.Timestamp) {
        let now = DefaultTracerClock.now
        for (entry, outcome) in zip(entries, outcomes) {
            guard let parent = entry.envelope.traceparent.flatMap({ TraceContext($0) }) else { continue }
            let span = startSpan(
                "publish \(entry.routingKey)", context: Self.context(parent), ofKind: .producer, at: start)
            Self.describe(span, "send", entry.envelope.id, entry.exchange)
            if outcome != .confirmed { span.setStatus(SpanStatus(code: .error, message: "\(outcome)")) }
            span.end(at: now)
        }
    }

    /// Begins the span of a question.
    func question(_ delivery: Delivery) -> RecordedSpan {
        let parent = delivery.properties.headers[Self.header]?.text.flatMap { TraceContext($0) }
        let query = (try? RunQuery(json: delivery.body))?.query ?? String(delivery.routingKey.prefix(100))
        return startSpan("question \(query)", context: Self.context(parent), ofKind: .server)
    }

    /// Begins the span of a task's run.
    func task(_ name: String) -> RecordedSpan {
        startSpan("task \(name)", context: Self.context(nil), ofKind: .internal)
    }
}
