import Contracts
import Domain
import Pricing
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = CardSaid

@Suite("Which rules of cards stand beside which, and price what")
struct CardRuleTests {
    private static func stored(_ card: String, _ rule: CardRule, ends day: String? = nil) -> StoredRule {
        StoredRule(card: card, rule: rule, endsOn: day.map(Say.day))
    }

    private static func shipment(
        _ quantity: String, unit: String = "kg", from origin: String = "PVG", to end: String = "FRA"
    ) throws -> Shipment {
        Shipment(
            day: Say.day("2026-03-01"), serviceItem: "air-kg", origin: origin, destination: end,
            quantity: try #require(ExactDecimal(quantity)), unit: unit)
    }

    private static let today = Say.day("2026-01-05")

    private static func findings(_ body: ImportRateCard, beside known: [StoredRule] = []) -> [String] {
        CardPolicy.change(body, beside: known, today: today).findings.map {
            "\($0.refusal.path) \($0.refusal.reason.rawValue)"
        }
    }

    @Test(
        "the customer's card comes before its groups', and those before everybody's; without a rule the next is asked")
    func levels() throws {
        let own = CardAudience.customer(AccountKey(source: "crm", code: "C1"))
        let levels: [(audience: CardAudience, rules: [StoredRule])] = [
            (own, [Self.stored("OWN", Say.rule("R", "3", from: "PVG", to: "FRA"))]),
            (
                .group("key"),
                [Self.stored("KEY", Say.rule("R", "4")), Self.stored("KEY", Say.rule("P", "1", unit: "piece"))]
            ),
            (
                .everybody,
                [Self.stored("ALL", Say.rule("R", "5")), Self.stored("ALL", Say.rule("C", "9", unit: "cbm"))]
            ),
        ]
        func price(_ shipment: Shipment) -> String {
            let found = CardPricing.price(shipment, by: levels)
            return switch found.outcome {
            case .priced(let price): "\(price.amount) \(price.rule) \(found.audience?.level ?? "-")"
            case .unpriced(let reason, _): reason.rawValue
            }
        }
        #expect(price(try Self.shipment("10")) == "30.00 OWN/R customer")
        #expect(price(try Self.shipment("10", to: "JFK")) == "40.00 KEY/R group")
        #expect(price(try Self.shipment("10", unit: "cbm")) == "90.00 ALL/C public")
        #expect(price(try Self.shipment("10", unit: "lb")) == "unknown-unit")
        let steps = CardPricing.price(try Self.shipment("10", to: "JFK"), by: levels).steps
        #expect(steps.first?.hasPrefix("customer: ") == true && steps.last?.hasPrefix("group: rounded") == true)
        #expect(CardPricing.price(try Self.shipment("1"), by: []).outcome == .unpriced(.noRule, rule: nil))
    }

    @Test("a quantity outside the breaks of the nearest card has no price, and no other card gives it one")
    func breaks() throws {
        let part = Say.breaks("R", [CardBreak(from: "10", to: "20", rate: "3")])
        let found = CardPricing.price(
            try Self.shipment("5"),
            by: [(.group("key"), [Self.stored("KEY", part)]), (.everybody, [Self.stored("ALL", Say.rule("R", "5"))])])
        #expect(found.outcome == .unpriced(.outsideBreaks, rule: "KEY/R"))
    }

    @Test(
        "breaks with a gap or within one another, an unknown method and a rate that is none are refused with their place"
    )
    func forms() {
        let good = Say.breaks("A", [CardBreak(to: "45", rate: "3"), CardBreak(from: "45", rate: "2.5")])
        #expect(Self.findings(Say.card([good])).isEmpty)
        for (rule, wanted) in [
            (
                Say.breaks("B", [CardBreak(to: "45", rate: "3"), CardBreak(from: "46", rate: "2")]),
                "$.rules[1].breaks value-not-allowed"
            ),
            (
                Say.breaks("B", [CardBreak(to: "45", rate: "3"), CardBreak(from: "44", rate: "2")]),
                "$.rules[1].breaks value-not-allowed"
            ),
            (Say.breaks("B", [CardBreak(rate: "1e3")]), "$.rules[1] not-a-decimal"),
            (Say.breaks("B", [CardBreak(rate: "1")], method: "guess"), "$.rules[1] value-not-allowed"),
            (
                Say.breaks("B", [CardBreak(to: "5", rate: "1"), CardBreak(from: "5", rate: "1")], method: "flat"),
                "$.rules[1] duplicate-element"
            ),
        ] {
            #expect(Self.findings(Say.card([good, rule])).first == wanted)
        }
    }

    @Test("what is for the same on some day is refused, and every line of it told; what meets on no day stands")
    func overlap() {
        let known = [
            Self.stored("OLD", Say.rule("R", "3", valid: "2026-01-01", until: "2026-06-30")),
            Self.stored("OLD", Say.rule("S", "3", from: "PVG", valid: "2026-01-01"), ends: "2026-03-31"),
        ]
        func said(_ rules: [CardRule]) -> [String] { Self.findings(Say.card("NEW", rules), beside: known) }
        #expect(
            said([Say.rule("A", "4", valid: "2026-07-01"), Say.rule("B", "4", from: "PVG", valid: "2026-04-01")])
                .isEmpty)
        #expect(
            said([
                Say.rule("A", "4", valid: "2026-06-30"), Say.rule("B", "4", from: "SHA"),
                Say.rule("C", "4", from: "PVG", valid: "2026-03-31"), Say.rule("D", "4", unit: "piece"),
            ]) == ["$.rules[0] conflicting-content", "$.rules[2] conflicting-content"])
        #expect(
            said([Say.rule("A", "4", item: "x"), Say.rule("B", "4", item: "x")]) == ["$.rules[1] conflicting-content"])
        #expect(
            said([Say.rule("A", "4", item: "x", valid: nil, until: "2025-12-31"), Say.rule("B", "4", item: "x")])
                .isEmpty)
    }

    @Test("a rule that takes another's place ends it on the day before, and never on a day that is over")
    func replaced() {
        let known = [
            Self.stored("OLD", Say.rule("R", "3")),
            Self.stored("OLD", Say.rule("L", "3", from: "PVG", valid: "2026-09-01")),
        ]
        let change = CardPolicy.change(
            Say.card("NEW", [Say.rule("R", "4", valid: "2026-07-01")], replaces: true), beside: known, today: Self.today
        )
        #expect(change.findings.isEmpty && change.ended.map(\.endsOn) == [Say.day("2026-06-30")])
        #expect(change.ended.map(\.rule.rule) == ["R"])
        #expect(
            Self.findings(Say.card("NEW", [Say.rule("R", "4", valid: "2026-01-04")], replaces: true), beside: known)
                == ["$.rules[0].validFrom contradictory-times"])
        #expect(
            Self.findings(
                Say.card("NEW", [Say.rule("R", "4", from: "PVG", valid: "2026-07-01")], replaces: true), beside: known)
                == ["$.rules[0] conflicting-content"], "what begins later is not ended by what begins before")
    }

    @Test(
        "what two rules of an import shorten ends once; a card never ends a rule of its own, in whichever part it comes"
    )
    func shortened() {
        let known = [Self.stored("OLD", Say.rule("R", "3", valid: "2025-12-01"))]
        let twice = Say.card(
            "NEW",
            [Say.rule("B", "4", valid: "2026-02-01"), Say.rule("C", "5", valid: "2026-01-15", until: "2026-01-31")],
            replaces: true)
        let change = CardPolicy.change(twice, beside: known, today: Self.today)
        #expect(change.findings.isEmpty && change.ended.map(\.endsOn) == [Say.day("2026-01-14")])
        let former = [Self.stored("NEW", Say.rule("A", "3", valid: "2026-02-01"))]
        #expect(
            Self.findings(Say.card("NEW", [Say.rule("B", "4", valid: "2026-03-01")], replaces: true), beside: former)
                == ["$.rules[0] conflicting-content"])
    }

    @Test(
        "no import and no command ends anything on a day that is over by our own clock, whatever day it says of itself")
    func backwards() {
        let known = [Self.stored("OLD", Say.rule("R", "3", valid: "2025-01-01"))]
        let body = Say.card("NEW", [Say.rule("R", "4", valid: "2025-06-01")], replaces: true, on: "2025-05-01")
        #expect(Self.findings(body, beside: known) == ["$.rules[0].validFrom contradictory-times"])
        let end = EndCardRules(
            card: "OLD", rules: [], lastDay: Say.day("2025-05-31"), note: "n", at: Say.time("2025-05-01"),
            by: "zhao.min")
        #expect(throws: Refusal.self) { try CardPolicy.end(end, among: known, today: Self.today) }
    }

    @Test("no two customers have one key, whatever signs their sources and codes have")
    func keys() {
        let pairs = [
            ("sap/cn", "7"), ("sap", "cn/7"), ("sap/cn/7", ""), ("", "sap/cn/7"), ("1:sap", "7"), ("1", "sap/7"),
        ]
        let keys = pairs.map { CardAudience.customer(AccountKey(source: $0.0, code: $0.1)).key }
        #expect(Set(keys).count == pairs.count)
    }

    @Test("a card ends as a whole or in part, and nothing of it on a day that is over")
    func ends() {
        let known = [
            Self.stored("C", Say.rule("A", "1")), Self.stored("C", Say.rule("B", "1", item: "b", until: "2026-02-01")),
        ]
        func end(_ rules: [String], on last: String) -> String {
            let body = EndCardRules(
                card: "C", rules: rules, lastDay: Say.day(last), note: "n", at: Say.time("2026-03-10"), by: "zhao.min")
            do throws(Refusal) {
                return try CardPolicy.end(body, among: known, today: Self.today).map {
                    "\($0.rule.rule) \($0.lastDay?.description ?? "")"
                }
                .joined(separator: ", ")
            } catch {
                return "\(error.reason.rawValue) \(error.path)"
            }
        }
        #expect(end([], on: "2026-03-31") == "A 2026-03-31", "what is over stays")
        #expect(end(["A"], on: "2026-03-09") == "A 2026-03-09")
        #expect(end(["A", "Z"], on: "2026-03-31") == "not-found $.rules[1]")
        #expect(end([], on: "2026-03-08") == "contradictory-times $.lastDay")
    }
}
