import Foundation
import Logging
import Messaging
import Outbound
import ServiceLifecycle
import Tracing

/// Sends spans to whoever collects them, by OTLP over HTTP with JSON, in batches.
///
/// A receiver that is away is tried again; meanwhile spans wait, as many as the queue holds. Nothing else ever waits for it.
struct SpanExporter: Service {
    /// How long a span waits at most for others.
    private static let rhythm: Duration = .seconds(1)
    /// How long a receiver may take.
    private static let patience: Duration = .seconds(5)
    /// How long the last of them may take when the service ends.
    private static let lastPatience: Duration = .seconds(1)

    let spans: SpanQueue
    /// Where to, `http(s)://host:port`; `/v1/traces` is added.
    let endpoint: String
    /// The service's name.
    let service: String
    let logger: Logger
    var client = HTTPClient.shared

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var backOff = BackOff()
            var isAway = false
            while !Task.isCancelled {
                let batch = spans.take()
                guard !batch.isEmpty else {
                    await wait()
                    continue
                }
                guard let problem = await send(batch, within: Self.patience) else {
                    isAway = false
                    backOff = BackOff()
                    continue
                }
                guard problem.isRetriable || Task.isCancelled else {
                    logger.warning(
                        "spans are refused",
                        metadata: ["count": "\(batch.count)", "reason": "\(problem.text)"])
                    spans.dropped.add(batch.count)
                    continue
                }
                spans.giveBack(batch)
                if !isAway, !Task.isCancelled {
                    logger.warning("spans wait: they cannot be sent", metadata: ["reason": "\(problem.text)"])
                }
                isAway = true
                try? await Task.sleep(for: backOff.next())
            }
        }
        await sendLast()
    }

    private func wait() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await spans.signal.wait() }
            group.addTask { try? await Task.sleep(for: Self.rhythm) }
            await group.next()
            group.cancelAll()
        }
    }

    /// What is left when the service ends: tried once, and not for long.
    private func sendLast() async {
        let deadline = ContinuousClock.now + Self.lastPatience
        while case let batch = spans.take(), !batch.isEmpty {
            let left = deadline - .now
            guard left > .zero, await send(batch, within: left) == nil else {
                spans.dropped.add(batch.count)
                continue
            }
        }
    }

    private struct Problem {
        let text: String
        let isRetriable: Bool
    }

    /// - Returns: why they were not taken; `nil` when they were.
    private func send(_ batch: [FinishedSpan], within timeout: Duration) async -> Problem? {
        do {
            let answer = try await client.send(
                HTTPRequest(
                    "POST", endpoint + "/v1/traces", headers: [("Content-Type", "application/json")],
                    body: try OTLPTraces(batch, of: service).json(), timeout: timeout, maximumBytes: 1 << 20))
            guard (200..<300).contains(answer.status) else {
                return Problem(
                    text: "the receiver answers \(answer.status)",
                    isRetriable: answer.status == 429 || (502...504).contains(answer.status))
            }
            spans.exported.add(batch.count)
            return nil
        } catch let error as OutboundError {
            return Problem(text: "\(error)", isRetriable: error.isRetriable)
        } catch {
            return Problem(text: "\(error)", isRetriable: false)
        }
    }
}

/// The body of an export: `ExportTraceServiceRequest` in the JSON of OTLP, where identifiers are hexadecimal and whole
/// numbers of 64 bits are texts.
struct OTLPTraces: Encodable {
    private struct Resource: Encodable {
        let attributes: [Attribute]
    }

    private struct Scope: Encodable {
        let name = "waybill"
    }

    private struct ScopeSpans: Encodable {
        let scope = Scope()
        let spans: [Span]
    }

    private struct ResourceSpans: Encodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }

    private struct Attribute: Encodable {
        struct Value: Encodable {
            var stringValue: String?
            var intValue: String?
            var boolValue: Bool?
            var doubleValue: Double?
        }

        let key: String
        let value: Value

        init(_ key: String, _ attribute: SpanAttribute) {
            self.key = key
            switch attribute {
            case .int32(let number): value = Value(intValue: String(number))
            case .int64(let number): value = Value(intValue: String(number))
            case .bool(let flag): value = Value(boolValue: flag)
            case .double(let number): value = Value(doubleValue: number)
            case .string(let text): value = Value(stringValue: text)
            default: value = Value(stringValue: "\(attribute)")
            }
        }
    }

    private struct Status: Encodable {
        let code: Int
        let message: String?
    }

    private struct Span: Encodable {
        let traceId: String
        let spanId: String
        let parentSpanId: String?
        let name: String
        let kind: Int
        let startTimeUnixNano: String
        let endTimeUnixNano: String
        let attributes: [Attribute]
        let status: Status?

        init(_ span: FinishedSpan) {
            traceId = span.place.trace
            spanId = span.place.span ?? ""
            parentSpanId = span.parent
            name = span.name
            kind =
                switch span.kind {
                case .internal: 1
                case .server: 2
                case .client: 3
                case .producer: 4
                case .consumer: 5
                }
            startTimeUnixNano = String(span.start)
            endTimeUnixNano = String(max(span.start, span.end))
            var attributes: [Attribute] = []
            span.attributes.forEach { attributes.append(Attribute($0, $1)) }
            self.attributes = attributes.sorted { $0.key < $1.key }
            status = span.status.map { Status(code: $0.code == .ok ? 1 : 2, message: $0.message) }
        }
    }

    private let resourceSpans: [ResourceSpans]

    /// - Parameters:
    ///   - spans: what has ended.
    ///   - service: whose spans they are.
    init(_ spans: [FinishedSpan], of service: String) {
        resourceSpans = [
            ResourceSpans(
                resource: Resource(attributes: [Attribute("service.name", .string("waybill-\(service)"))]),
                scopeSpans: [ScopeSpans(spans: spans.map(Span.init))])
        ]
    }

    /// It as JSON.
    func json() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }
}
