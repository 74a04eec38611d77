import BrokerLayout
import Tracing

/// A place in a trace, as the header `traceparent` of W3C Trace Context names it.
struct TraceContext: Sendable, Equatable {
    /// The trace: 32 hexadecimal digits.
    let trace: String
    /// The span: 16 hexadecimal digits; `nil` where the trace is known and nobody has begun it.
    let span: String?
    /// Whether whoever began it wants it recorded.
    let isSampled: Bool

    /// The key by which it stands in a context of the tracing library.
    enum Key: InstrumentationContextKey {
        typealias Value = TraceContext
    }

    init(trace: String, span: String?, isSampled: Bool = true) {
        (self.trace, self.span, self.isSampled) = (trace, span, isSampled)
    }

    /// Reads `00-<trace>-<span>-<flags>`; `nil` when it is not of that form, which says nothing and harms nothing.
    init?(_ traceparent: String) {
        let bytes = Array(traceparent.utf8)
        // A later version may have more behind another hyphen.
        guard bytes.count >= 55, bytes.count == 55 || bytes[55] == UInt8(ascii: "-") else { return nil }
        let parts = traceparent.utf8.prefix(55).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 32, 16, 2], parts.allSatisfy({ $0.allSatisfy(Self.isDigit) }),
            !parts[0].elementsEqual("ff".utf8), bytes.count == 55 || !parts[0].elementsEqual("00".utf8),
            parts[1].contains(where: { $0 != UInt8(ascii: "0") }),
            parts[2].contains(where: { $0 != UInt8(ascii: "0") }),
            let flags = UInt8(Substring(parts[3]), radix: 16)
        else { return nil }
        trace = String(Substring(parts[1]))
        span = String(Substring(parts[2]))
        isSampled = flags & 1 == 1
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// The trace of a message that names none: the same for every service that reads it.
    static func of(source: String, id: String) -> TraceContext {
        TraceContext(trace: MessageIdentifier.stable(["trace", source, id]).replacing("-", with: ""), span: nil)
    }

    /// A new trace.
    static func root() -> TraceContext {
        TraceContext(trace: digits(.random(in: .min ... .max)) + digits(.random(in: 1 ... .max)), span: nil)
    }

    /// A new span of the same trace.
    func child() -> TraceContext {
        TraceContext(trace: trace, span: Self.digits(.random(in: 1 ... .max)), isSampled: isSampled)
    }

    private static func digits(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// As the header has it; `nil` where nobody has begun the trace.
    var traceparent: String? { span.map { "00-\(trace)-\($0)-\(isSampled ? "01" : "00")" } }
}
