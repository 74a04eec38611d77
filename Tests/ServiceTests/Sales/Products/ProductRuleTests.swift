import Contracts
import Domain
import ServiceTestSupport
import Testing

@testable import SalesService

private typealias Say = ProductSaid

@Suite("What can be sold")
struct ProductRuleTests {
    private static let units = [
        Say.unit("U1"), Say.unit("U2", sell: [Say.rule("S2", "2026-01-01", "2026-06-30")]),
        Say.unit("U3", cost: [], measure: nil),
    ]

    private static func catalogue(_ more: [ProductVersion] = []) -> ProductCatalogue {
        ProductCatalogue(
            units.map { Say.version($0) } + [
                Say.version(Say.item("I1", of: ["U1", "U2"])), Say.version(Say.item("I3", of: ["U3"])),
                Say.version(Say.product("P1", of: ["I1"])), Say.version(Say.product("P3", of: ["I1"], options: ["I3"])),
            ] + more)
    }

    private static func said(_ key: ProductKey, _ day: String, without left: ProductKey? = nil) -> [String] {
        catalogue().findings(of: key, on: Say.day(day), without: left).map {
            "\($0.key.identifier) \($0.reason.rawValue)"
        }
    }

    @Test("a product can be sold only while each of its units has a price, a cost and a measure, options as well")
    func findings() {
        let (plain, rich) = (ProductKey(.product, "P1"), ProductKey(.product, "P3"))
        #expect(Self.said(plain, "2026-01-01").isEmpty && Self.said(plain, "2026-06-30").isEmpty)
        #expect(Self.said(plain, "2026-07-01") == ["U2 no-sell-rule"], "the rule's last day is included")
        #expect(Self.said(rich, "2026-03-01") == ["U3 no-cost-rule", "U3 no-measure"])
        #expect(Self.said(plain, "2025-12-31") == ["P1 not-in-force"])
        #expect(Self.said(ProductKey(.item, "I9"), "2026-03-01") == ["I9 not-in-force"])
        #expect(Self.said(plain, "2026-03-01", without: ProductKey(.unit, "U1")) == ["U1 retired"])
        #expect(Self.said(plain, "2026-03-01", without: ProductKey(.unit, "U3")).isEmpty)
    }

    @Test("what uses something is found at any depth, and by way of what")
    func users() {
        func users(_ key: ProductKey) -> [String] {
            Self.catalogue().users(of: key, on: Say.day("2026-03-01")).map { user in
                "\(user.key.identifier) by \(user.by.map(\.identifier).joined(separator: " "))"
            }
        }
        #expect(users(ProductKey(.unit, "U1")) == ["I1 by U1", "P1 by I1", "P3 by I1"])
        #expect(users(ProductKey(.item, "I3")) == ["P3 by I3"])
        #expect(users(ProductKey(.product, "P1")).isEmpty)
    }

    @Test("a later version holds from its day on, and never before the day on which it was approved")
    func versions() {
        let more = [
            Say.version(Say.unit("U1", 2, measure: "Better", from: "2026-03-01"), decided: "2026-02-01"),
            Say.version(Say.unit("U1", 3, measure: "Best", from: "2026-03-01"), decided: "2026-04-15"),
            Say.version(Say.unit("U1", 4, measure: "Refused", from: "2026-05-01"), .refused, decided: "2026-04-16"),
            Say.version(Say.unit("U1", 5, measure: "Proposed", from: "2026-05-01"), .proposed),
        ]
        for catalogue in [Self.catalogue(more), Self.catalogue(more.reversed())] {
            let held = ["2026-02-28", "2026-03-01", "2026-04-14", "2026-04-15", "2026-12-31"].map {
                catalogue.inForce(ProductKey(.unit, "U1"), on: Say.day($0))?.measure ?? "-"
            }
            #expect(held == ["Done in time", "Better", "Better", "Best", "Best"])
        }
    }

    @Test("each level says what it has, and nothing else")
    func forms() {
        func refusal(_ terms: ProductTerms) -> String? {
            let bytes = ProposeProduct(terms, at: Say.time("2026-01-05"), by: "a").encode()
            do throws(Refusal) {
                _ = try ProposeProduct(node: JSONDocument(parsing: bytes).root)
                return nil
            } catch {
                return "\(error.reason.rawValue) \(error.path)"
            }
        }
        let day = Say.day("2026-01-01")
        #expect(refusal(Say.unit("U")) == nil && refusal(Say.product("P", of: ["I"], options: ["J"])) == nil)
        #expect(
            refusal(ProductTerms(level: .unit, code: "U", version: 1, name: "U", validFrom: day))
                == "missing-field $.unit")
        #expect(
            refusal(ProductTerms(level: .item, code: "I", version: 1, name: "I", measure: "m", validFrom: day))
                == "value-not-allowed $.measure")
        #expect(refusal(Say.item("I", of: [])) == "missing-field $.parts")
        #expect(refusal(Say.item("I", of: ["U", "U"])) == "duplicate-element $.parts[1].code")
        #expect(
            refusal(Say.unit("U", sell: [Say.rule("S", "2026-02-01", "2026-01-31")]))
                == "contradictory-times $.sellRules[0].validUntil")
        #expect(
            refusal(
                ProductTerms(
                    level: .item, code: "I", version: 1, name: "I", parts: [ProductPart(code: "U", isOption: true)],
                    validFrom: day)) == "value-not-allowed $.parts[0].isOption")
    }
}
