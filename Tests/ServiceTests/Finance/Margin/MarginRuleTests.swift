import Contracts
import Domain
import Testing

@testable import FinanceService

private func money(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }

@Suite("Margin")
struct MarginTests {
    private func line(_ revenue: String, _ cost: String?) -> MarginLine {
        MarginLine(number: 1, serviceItem: "A", revenue: money(revenue), statedCost: cost.map(money))
    }

    @Test(
        "is negative below nought and low below five percent, exactly",
        arguments: [
            ("100.00", "100.01", MarginSeverity.negative), ("100.00", "100.00", .low), ("100.00", "95.01", .low),
            ("100.00", "95.00", nil), ("0", "0.01", .negative), ("0", "0", nil),
        ] as [(String, String, MarginSeverity?)])
    func severity(_ revenue: String, _ cost: String, _ severity: MarginSeverity?) {
        let margin = OrderMargin(OrderMarginPolicy.assess([line(revenue, cost)], []))
        #expect(margin.severity(.standard) == severity)
    }

    @Test("an unknown cost says nothing and is provisional; an actual cost replaces what was known")
    func lateCosts() {
        let unknown = OrderMargin(OrderMarginPolicy.assess([line("100", nil)], []))
        #expect(unknown.severity(.standard) == nil)
        #expect(unknown.isProvisional)
        let late = [
            LateCost(line: 1, state: .estimated, amount: money("50"), currency: .cny),
            LateCost(line: 1, state: .actual, amount: money("120"), currency: .cny),
        ]
        let actual = OrderMargin(OrderMarginPolicy.assess([line("100", "90")], late))
        #expect(actual.margin == money("-20"))
        #expect(!actual.isProvisional)
        let estimated = OrderMargin(OrderMarginPolicy.assess([line("100", nil)], [late[0]]))
        #expect(estimated.margin == money("50"))
        #expect(estimated.isProvisional)
    }

    @Test("alerts are raised once, changed and cleared")
    func alerts() {
        var standing = AlertStanding()
        #expect(standing.move(to: .low) == [.raise(.low, occurrence: 1)])
        #expect(standing.move(to: .low).isEmpty)
        #expect(
            standing.move(to: .negative) == [
                .raise(.negative, occurrence: 1), .clear(.low, occurrence: 1, .severityChanged),
            ])
        #expect(standing.move(to: nil) == [.clear(.negative, occurrence: 1, .recovered)])
        #expect(standing.move(to: .low) == [.raise(.low, occurrence: 2)])
    }

    @Test("two bad days stop acceptance, two good ones release it, one changes nothing")
    func acceptance() {
        var standing = AcceptanceStanding()
        var states: [AcceptanceState] = []
        for verdict in [WindowVerdict.negative, .healthy, .negative, .negative, .between, .healthy, .healthy] {
            standing = AcceptancePolicy.evaluate(standing, verdict, .standard).standing
            states.append(standing.state)
        }
        #expect(states == [.open, .open, .open, .stopped, .stopped, .stopped, .open])
    }

    @Test("a customer's alert that was cleared is quiet for a week, unless it comes back worse")
    func cooldown() throws {
        let start = try #require(CalendarDay("2026-03-02"))
        func raised(_ verdicts: [WindowVerdict]) -> [MarginSeverity] {
            var standing = AcceptanceStanding()
            var raised: [MarginSeverity] = []
            for (place, verdict) in verdicts.enumerated() {
                let outcome = AcceptancePolicy.evaluate(standing, verdict, .standard, on: start.adding(days: place))
                standing = outcome.standing
                for case .raise(let severity, _) in outcome.steps { raised.append(severity) }
            }
            return raised
        }
        #expect(raised([.low, .healthy, .low, .healthy, .low, .healthy]) == [.low])
        #expect(raised([.low, .healthy, .low, .negative]) == [.low, .negative])
        #expect(raised([.negative, .healthy, .negative, .low]) == [.negative])
        let week = [WindowVerdict](repeating: .between, count: 7)
        #expect(raised([.low, .healthy] + week + [.low]) == [.low, .low])
        #expect(raised([.low, .healthy] + week.dropFirst() + [.low]) == [.low])
    }
}
