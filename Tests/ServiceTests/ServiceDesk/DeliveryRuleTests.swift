import Contracts
import Domain
import Testing

@testable import ServiceDeskService

private func money(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }

@Suite("What a delivery is judged by")
struct DeliveryRuleTests {
    @Test("a delivery is judged by its word, else by its promise")
    func verdicts() throws {
        let done = try #require(Timestamp("2026-01-09T18:00:01+08:00"))
        let promised = try #require(Timestamp("2026-01-09T10:00:00Z"))
        func verdict(_ onTime: Bool?, _ delivered: String? = nil) -> DeliveryPolicy.Verdict {
            DeliveryPolicy.verdict(
                onTime: onTime, completedAt: done, promisedAt: promised, damaged: nil, ordered: money("10"),
                delivered: delivered.map(money))
        }
        #expect(verdict(nil).isLate == true)
        #expect(verdict(true).isLate == false)
        #expect(verdict(true, "9.9").isShort)
        #expect(!verdict(true, "10").isShort)
    }

    @Test("about a tenth of good deliveries is asked about, the same ones always")
    func sampling() {
        let good = DeliveryPolicy.Verdict(isLate: false, isDamaged: false, isShort: false)
        let asked = (0..<5_000).filter { DeliveryPolicy().surveyRule(good, source: "s", orderId: "SO-\($0)") != nil }
        #expect((400...600).contains(asked.count))
        let late = DeliveryPolicy.Verdict(isLate: true, isDamaged: false, isShort: false)
        #expect(DeliveryPolicy().surveyRule(late, source: "s", orderId: "x") == "late")
    }
}
