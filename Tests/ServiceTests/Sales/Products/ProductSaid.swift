import Contracts
import Domain
import ServiceKit
import ServiceTestSupport

@testable import SalesService

/// What is said of products, in few words.
enum ProductSaid {
    static func time(_ text: String) -> Timestamp {
        Timestamp(text.contains("T") ? text : "\(text)T10:00:00+08:00") ?? Timestamp(microsecondsSinceEpoch: 0)
    }

    static func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? CalendarDay(daysSinceEpoch: 0) }

    static func rule(_ name: String, _ from: String, _ until: String? = nil) -> UnitRule {
        UnitRule(rule: name, validFrom: day(from), validUntil: until.map(day))
    }

    static func unit(
        _ code: String, _ version: Int = 1, sell: [UnitRule] = [rule("S", "2026-01-01")],
        cost: [UnitRule] = [rule("C", "2026-01-01")], measure: String? = "Done in time", from: String = "2026-01-01",
        retired: Bool? = nil
    ) -> ProductTerms {
        ProductTerms(
            level: .unit, code: code, version: version, name: code, unit: "piece", measure: measure, sellRules: sell,
            costRules: cost, validFrom: day(from), isRetired: retired)
    }

    static func item(_ code: String, of units: [String], _ version: Int = 1, from: String = "2026-01-01")
        -> ProductTerms
    {
        ProductTerms(
            level: .item, code: code, version: version, name: code, parts: units.map { ProductPart(code: $0) },
            validFrom: day(from))
    }

    static func product(
        _ code: String, of items: [String], options: [String] = [], _ version: Int = 1, from: String = "2026-01-01"
    ) -> ProductTerms {
        ProductTerms(
            level: .product, code: code, version: version, name: code,
            parts: items.map { ProductPart(code: $0) } + options.map { ProductPart(code: $0, isOption: true) },
            validFrom: day(from))
    }

    static func proposed(
        _ terms: ProductTerms, by login: String = "zhao.min", on day: String = "2026-01-05"
    ) -> ServiceFixture.Message {
        message(ProposeProduct(terms, at: time(day), by: login))
    }

    static func decided(
        _ terms: ProductTerms, _ verdict: ProductVerdict = .approved, by login: String = "wang.fang",
        on day: String = "2026-01-06"
    ) -> ServiceFixture.Message {
        message(
            DecideProduct(
                level: terms.level, code: terms.code, version: terms.version, verdict: verdict,
                note: verdict == .refused ? "Not so" : nil, at: time(day), by: login))
    }

    /// A message whose identifier is what it says.
    private static func message(_ body: some Message) -> ServiceFixture.Message {
        .init(Content<String>(body).mark, source: "waybill", body)
    }

    static func version(
        _ terms: ProductTerms, _ state: ProductState = .approved, decided: String? = nil
    ) -> ProductVersion {
        ProductVersion(
            proposal: ProposeProduct(terms, at: time("2026-01-05"), by: "zhao.min"), state: state,
            decidedBy: decided == nil ? nil : "wang.fang", decidedAt: decided.map(time))
    }
}
