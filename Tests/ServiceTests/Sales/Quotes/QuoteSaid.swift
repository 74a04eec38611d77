import Contracts
import Domain
import ServiceKit
import ServiceTestSupport

/// What is said of quotes, in few words.
enum QuoteSaid {
    static func time(_ text: String) -> Timestamp {
        Timestamp(text.contains("T") ? text : "\(text)T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    }

    static func line(_ quantity: String = "10", item: String = "air-kg", agreed: FixedDecimal? = nil) -> QuoteLine {
        QuoteLine(item: item, origin: "PVG", destination: "FRA", quantity: quantity, unit: "kg", agreed: agreed)
    }

    /// A step; one that asks for a quote, or revises it, says what is needed for that.
    static func step(
        _ step: QuoteStep, of id: String = "Q1", on day: String, by login: String = "li.wei", lines: [QuoteLine] = [],
        until last: String? = nil, revision: Int? = nil, typed: Bool = false
    ) -> ServiceFixture.Message {
        let isNew = step == .requested
        let body = TakeQuoteStep(
            quoteId: id, step: step, revision: revision, customer: isNew ? CustomerCode(code: "C1") : nil,
            branch: isNew ? "KS01" : nil, currency: isNew ? .cny : nil,
            lines: isNew && lines.isEmpty ? [line()] : lines,
            validUntil: (last ?? (isNew ? "2026-03-31" : nil)).flatMap { CalendarDay($0) },
            lossReason: step == .refused ? .price : nil, note: step == .returned ? "Too cheap" : nil, at: time(day),
            by: login)
        return .init(
            Content<String>(body).mark, source: typed ? "waybill.people" : "crm", typedBy: typed ? login : nil, body)
    }
}
