import Domain
import Pricing
import Testing

@Suite("Chargeable weight, zones and surcharges")
struct SurchargeTests {
    private func number(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }

    private func weight(
        _ gross: String, _ volume: String, divisor: Int = 6_000, step: String = "0.5", minimum: String? = nil,
        half: Bool = false
    ) throws -> String? {
        let way = try ChargeableWeight(
            divisor: divisor, step: try number(step), minimum: try minimum.map(number), isHalfVolume: half)
        return way.weight(gross: try number(gross), volume: try number(volume))?.description
    }

    @Test("the greater of scales and volume, rounded up once; half of what the volume weighs beyond the scales")
    func weights() throws {
        // 60 × 50 × 40 cm are 120,000 cm³: 20 kg by 6,000, 24 by 5,000, 40 by 3,000.
        #expect(try weight("18", "120000") == "20")
        #expect(try weight("18", "120000", divisor: 5_000) == "24")
        #expect(try weight("18", "120000", divisor: 3_000) == "40")
        #expect(try weight("18", "120000", half: true) == "19")
        #expect(try weight("21", "120000", half: true) == "21", "what is heavy has no half")
        #expect(try weight("20", "120000") == "20", "the same by both")
        // 100,000 ÷ 6,000 are 16 and two thirds: 17 by halves, 16.7 by tenths, 16.667 by thousandths.
        #expect(try weight("1", "100000") == "17")
        #expect(try weight("1", "100000", step: "0.1") == "16.7")
        #expect(try weight("1", "100000", step: "0.001") == "16.667")
        // Half way from 1 to 16 and two thirds: 8 and five sixths.
        #expect(try weight("1", "100000", step: "0.01", half: true) == "8.84")
        #expect(try weight("0.5", "3000") == "0.5", "just at a step")
        #expect(try weight("0.501", "0") == "1", "just beyond it")
        #expect(try weight("3", "0", minimum: "45") == "45")
        #expect(try weight("0", "0") == "0")
        #expect(throws: ChargeableWeight.Fault.noDivisor) { try weight("1", "1", divisor: 0) }
        #expect(throws: ChargeableWeight.Fault.noStep) { try weight("1", "1", step: "0") }
    }

    @Test("the most specific pattern decides, in whatever order they stand")
    func zones() throws {
        let entries = [
            ZoneMap.Entry(pattern: "*", zone: "9"), ZoneMap.Entry(pattern: "CN*", zone: "1"),
            ZoneMap.Entry(pattern: "CN-SH*", zone: "2"), ZoneMap.Entry(pattern: "CN-SH-PVG", zone: "3"),
        ]
        for entries in [entries, entries.reversed()] {
            let map = try ZoneMap(entries)
            #expect(
                ["CN-SH-PVG", "CN-SH-SHA", "CN-SH-PVG2", "CN-GZ", "DE-FRA"].map { map.zone(of: $0)?.zone }
                    == ["3", "2", "2", "1", "9"])
            #expect(map.zone(of: "CN-SH-SHA")?.pattern == "CN-SH*")
        }
        #expect(try ZoneMap(Array(entries.dropFirst())).zone(of: "DE-FRA") == nil)
        let day = try #require(CalendarDay("2026-03-02"))
        let shipment = Shipment(
            day: day, serviceItem: "air", origin: "CN-SH-PVG", destination: "DE-FRA", quantity: ExactDecimal(1),
            unit: "kg")
        let zoned = try ZoneMap(Array(entries.dropFirst())).zoned(shipment)
        #expect(zoned.origin == "3" && zoned.destination == "DE-FRA")
        #expect(throws: ZoneMap.Fault.twice(pattern: "CN*")) {
            try ZoneMap(entries + [ZoneMap.Entry(pattern: "CN*", zone: "4")])
        }
        #expect(throws: ZoneMap.Fault.notAPattern("C*N")) { try ZoneMap([ZoneMap.Entry(pattern: "C*N", zone: "4")]) }
    }

    @Test("each after what it is a percentage of, each rounded as it is billed, with its least and its most")
    func surcharges() throws {
        let graph = try SurchargeGraph([
            Surcharge(code: "currency", .percent(try number("3"), of: ["price", "fuel", "security"])),
            Surcharge(code: "fuel", .percent(try number("17.5"), of: [])),
            Surcharge(code: "security", .perUnit(try number("0.15")), minimum: try number("25")),
            Surcharge(code: "remote", .fixed(try number("80"))),
            Surcharge(code: "peak", .percent(try number("50"), of: ["price"]), maximum: try number("300")),
        ])
        #expect(graph.surcharges.map(\.code) == ["fuel", "security", "currency", "remote", "peak"])
        // 1,234.56: fuel 216.048 → 216.05; security 0.15 × 120 = 18 → 25; currency 3 % of 1,475.61 = 44.2683 → 44.27; remote 80;
        // peak 617.28 → 300. Together 1,899.88.
        let (applied, total) = try #require(
            graph.apply(to: number("1234.56"), quantity: number("120"), in: .cny))
        #expect(applied.map(\.amount.description) == ["216.05", "25", "44.27", "80", "300"])
        #expect(applied.map(\.base?.description) == ["1234.56", nil, "1475.61", nil, "1234.56"])
        #expect(total.description == "1899.88")
    }

    @Test("what goes in a circle is refused, and the circle named; so is what is not there, and what is there twice")
    func cycles() throws {
        func percent(_ code: String, _ of: String...) -> Surcharge {
            Surcharge(code: code, .percent(ExactDecimal(1), of: of))
        }
        #expect(throws: SurchargeGraph.Fault.cycle(["b", "c", "b"])) {
            try SurchargeGraph([percent("a", "b"), percent("b", "price", "c"), percent("c", "b")])
        }
        #expect(throws: SurchargeGraph.Fault.cycle(["a", "a"])) { try SurchargeGraph([percent("a", "a")]) }
        #expect(throws: SurchargeGraph.Fault.unknown("a", of: "x")) { try SurchargeGraph([percent("a", "x")]) }
        #expect(throws: SurchargeGraph.Fault.twice("a")) { try SurchargeGraph([percent("a"), percent("a")]) }
        #expect(throws: SurchargeGraph.Fault.twice("price")) { try SurchargeGraph([percent("price")]) }
    }
}
