import Contracts
import Domain
import ServiceKit
import ServiceTestSupport

/// What is said of rate cards, in few words.
enum CardSaid {
    static func time(_ text: String) -> Timestamp {
        Timestamp(text.contains("T") ? text : "\(text)T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    }

    static func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }

    static func rule(
        _ name: String, _ rate: String, item: String = "air-kg", from origin: String? = nil, to end: String? = nil,
        unit: String = "kg", valid first: String? = "2026-01-01", until last: String? = nil, minimum: String? = nil
    ) -> CardRule {
        CardRule(
            rule: name, serviceItem: item, origin: origin, destination: end, unit: unit, method: "per-unit",
            breaks: [CardBreak(rate: rate, minimum: minimum)], currency: .cny, validFrom: first.map(day),
            validUntil: last.map(day))
    }

    static func breaks(_ name: String, _ breaks: [CardBreak], method: String = "break-lower") -> CardRule {
        CardRule(
            rule: name, serviceItem: "air-kg", unit: "kg", method: method, breaks: breaks, currency: .cny,
            validFrom: day("2026-01-01"))
    }

    static func card(
        _ card: String, _ rules: [CardRule], side: CardSide = .sell, customer: CustomerCode? = nil,
        group: String? = nil, replaces: Bool? = nil, on day: String = "2026-01-05"
    ) -> ImportRateCard {
        ImportRateCard(
            card: card, side: side, customer: customer, group: group, rules: rules, replaces: replaces, at: time(day),
            by: "zhao.min")
    }

    static func card(
        _ rules: [CardRule], side: CardSide = .sell, group: String? = nil
    ) -> ImportRateCard {
        card("PUBLIC", rules, side: side, group: group)
    }

    /// A message whose identifier is what it says.
    static func message(_ body: some Message) -> ServiceFixture.Message {
        .init(Content<String>(body).mark, source: "crm", body)
    }
}
