import Messaging

/// A message's place in its producer's ledger: a number without gaps in one of several lanes, for each type.
///
/// It travels in a header beside the envelope, because it is known only inside the transaction that records the
/// message, when the body is written already.
package struct LedgerPlace: Sendable, Equatable {
    /// The header, `lane/number`.
    static let header = "x-waybill-ledger"
    /// How many transactions of a service may number messages at the same time.
    static let lanes = 32

    let lane: Int64
    let number: Int64

    init(lane: Int64, number: Int64) {
        self.lane = lane
        self.number = number
    }

    /// Reads the header; `nil` when there is none, or none that we could have written.
    init?(_ value: HeaderValue?) {
        guard case .string(let text)? = value, let slash = text.firstIndex(of: "/"),
            let lane = Int64(text[..<slash]), let number = Int64(text[text.index(after: slash)...]),
            (0..<Int64(Self.lanes)).contains(lane), number > 0
        else { return nil }
        self.init(lane: lane, number: number)
    }

    /// The header's value.
    var headerValue: HeaderValue { .string("\(lane)/\(number)") }
}
