import Contracts
import Domain
import Foundation
import Messaging
import TestSupport
import Testing
import Tracing

@testable import ServiceKit

@Suite("Traces")
struct TracingTests {
    private let spans = SpanQueue(capacity: 100, batch: 10)
    private var tracer: ServiceTracer { ServiceTracer(spans: spans) }
    private static let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("a place in a trace is read and written as W3C has it; what is not of that form says nothing")
    func contexts() throws {
        let context = try #require(TraceContext(Self.header))
        #expect(context.trace == "4bf92f3577b34da6a3ce929d0e0e4736" && context.span == "00f067aa0ba902b7")
        #expect(context.isSampled && context.traceparent == Self.header)
        let child = context.child()
        #expect(child.trace == context.trace && child.span != context.span && child.span?.count == 16)
        #expect(TraceContext(Self.header.dropLast(2) + "00")?.isSampled == false)
        // A later version may have more to say.
        #expect(TraceContext("01" + Self.header.dropFirst(2) + "-more")?.span == "00f067aa0ba902b7")
        for wrong in [
            "", "00", Self.header + "-more", Self.header.uppercased(), "ff" + Self.header.dropFirst(2),
            "00-" + String(repeating: "0", count: 32) + "-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", Self.header.replacing("-", with: "_"),
        ] {
            #expect(TraceContext(wrong) == nil, "\(wrong)")
        }
        let root = TraceContext.root()
        #expect(root.trace.count == 32 && root.traceparent == nil)
        #expect(TraceContext.of(source: "erp", id: "1") == TraceContext.of(source: "erp", id: "1"))
        #expect(TraceContext.of(source: "erp", id: "1") != TraceContext.of(source: "erp1", id: ""))
    }

    private func message(_ position: Int, _ traceparent: String?) throws -> (AnyReceived, Delivery) {
        let envelope = Envelope(
            id: "m\(position)", source: "erp", type: OrderCancelled.type, traceparent: traceparent)
        let body = CloseAlert(alertId: "a", outcome: .accepted, by: "li.wei")
        return (
            AnyReceived(envelope: envelope, body: body, position: position, place: nil, act: nil),
            Delivery(
                exchange: "waybill.inbound", routingKey: "order.cancelled.v1", properties: MessageProperties(), body: []
            )
        )
    }

    @Test(
        "a message's span belongs to its trace, what comes of it to the span; without a trace all services name the same"
    )
    func messages() throws {
        let given = [try message(0, Self.header), try message(1, nil), try message(2, "nonsense")]
        func received() -> (messages: [AnyReceived], spans: [Int: RecordedSpan]) {
            var messages = given.map(\.0)
            let spans = tracer.receive(&messages, given.map(\.1))
            return (messages, spans)
        }
        let (first, second) = (received(), received())
        let context = try #require(first.messages[0].envelope.traceparent.flatMap { TraceContext($0) })
        #expect(context.trace == "4bf92f3577b34da6a3ce929d0e0e4736" && context == first.spans[0]?.place)
        for index in 0..<3 {
            #expect(first.spans[index]?.place.trace == second.spans[index]?.place.trace)
            #expect(first.spans[index]?.place.span != second.spans[index]?.place.span)
        }
        #expect(first.spans[1]?.place.trace != first.spans[2]?.place.trace)
        tracer.commit(Array(first.messages.prefix(2)), since: DefaultTracerClock.now)
        tracer.settle(
            first.spans, [1: Refusal(.missingField, path: "$.orderId", "it is needed")], given.map(\.1))
        let ended = spans.take()
        #expect(ended.map(\.name).filter { $0 == "commit" }.count == 2)
        #expect(ended.first { $0.name == "commit" }?.parent == context.span)
        let receive = try #require(ended.first { $0.place == context })
        #expect(receive.parent == "00f067aa0ba902b7" && receive.kind == .consumer && receive.status == nil)
        let refused = try #require(ended.first { $0.status?.code == .error })
        #expect(refused.parent == nil && refused.status?.message == "$.orderId: it is needed")
        // Who began the trace does not want it recorded.
        var unwanted = [try message(0, Self.header.dropLast(2) + "00").0]
        let silent = tracer.receive(&unwanted, given.map(\.1))
        #expect(unwanted[0].envelope.traceparent?.hasSuffix("-00") == true)
        tracer.settle(silent, [:], given.map(\.1))
        #expect(spans.take().isEmpty)
    }

    @Test("what a task publishes belongs to the task's trace")
    func tasks() throws {
        let span = tracer.task("reminders")
        let now = Timestamp(microsecondsSinceEpoch: 0)
        var effects = Effects(now: now, source: "waybill.finance", wallClock: now)
        effects.traceparent = span.place.traceparent
        let body = CloseAlert(alertId: "a", outcome: .accepted, by: "li.wei")
        effects.publish(body)
        effects.publish(body, causedBy: Envelope(id: "1", source: "erp", type: OrderCancelled.type))
        #expect(effects.published.map(\.envelope.traceparent) == [span.place.traceparent, nil])
    }

    @Test("no more spans wait than there is room for; the others are counted")
    func bound() {
        let spans = SpanQueue(capacity: 3, batch: 2)
        let tracer = ServiceTracer(spans: spans)
        for _ in 0..<5 {
            let span = tracer.task("t")
            span.end()
            // A span ends once.
            span.end()
        }
        #expect(spans.dropped.current == 2)
        let taken = spans.take()
        #expect(taken.count == 2)
        spans.giveBack(taken)
        #expect(spans.take().count == 2 && spans.take().count == 1 && spans.take().isEmpty)
    }

    @Test("an export is OTLP's JSON: identifiers in hexadecimal, whole numbers as texts")
    func export() throws {
        let span = tracer.startSpan(
            "receive x", context: ServiceTracer.context(TraceContext(Self.header)), ofKind: .consumer,
            at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1_700_000_000_000_000_001))
        span.attributes = ["b": 7, "a": "x", "c": true]
        span.setStatus(SpanStatus(code: .error, message: "no"))
        span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1_700_000_000_000_000_009))
        let bytes = try OTLPTraces(spans.take(), of: "finance").json()
        let root = try JSONDocument(parsing: bytes).root
        let resource = try #require(root["resourceSpans"]?.elements.first)
        let attribute = resource["resource"]?["attributes"]?.elements.first
        #expect(attribute?["key"]?.string == "service.name")
        #expect(attribute?["value"]?["stringValue"]?.string == "waybill-finance")
        let told = try #require(resource["scopeSpans"]?.elements.first?["spans"]?.elements.first)
        #expect(told["traceId"]?.string == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(told["spanId"]?.string == span.place.span)
        #expect(told["parentSpanId"]?.string == "00f067aa0ba902b7")
        #expect(told["kind"]?.integer == 5)
        #expect(told["startTimeUnixNano"]?.string == "1700000000000000001")
        #expect(told["endTimeUnixNano"]?.string == "1700000000000000009")
        #expect(told["status"]?["code"]?.integer == 2)
        let attributes = told["attributes"]?.elements ?? []
        #expect(attributes.map { $0["key"]?.string } == ["a", "b", "c"])
        #expect(attributes.dropFirst().first?["value"]?["intValue"]?.string == "7")
    }
}
