import Domain
import Pricing
import Testing

@Suite struct ExactDecimalTests {
    @Test(arguments: [
        ("1.005", 2, "1.01"), ("-1.005", 2, "-1.01"), ("1.0049999", 2, "1.00"), ("0.5", 0, "1"), ("-0.4", 0, "0"),
        ("12", 2, "12.00"), ("0.0001", 4, "0.0001"), ("99.995", 2, "100.00"), ("0", 0, "0"),
    ])
    func rounds(_ text: String, _ places: Int, _ wanted: String) throws {
        #expect(try #require(ExactDecimal(text)).text(roundedTo: places) == wanted)
    }

    @Test(arguments: ["", "-", ".5", "5.", "1e3", "+1", "1,5", "１", "1234567890123456789", "0.1234567890123456789"])
    func refuses(_ text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test func comparesByValue() throws {
        let parse = { (text: String) in try #require(ExactDecimal(text)) }
        #expect(try parse("1.50") == parse("1.5"))
        #expect(try parse("-2") < parse("-1.999"))
        let fine = try parse("0.000000000000000001")
        let finest = try #require(fine.times(fine))
        #expect(try finest < parse("999999999999999999"))
        #expect(try parse("-999999999999999999") < finest)
    }
}

@Suite struct RateCardTests {
    private static let day = CalendarDay(daysSinceEpoch: 20_500)

    private static func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }

    private static func rule(
        _ id: String, _ method: RateMethod, _ parts: [(String, String?, String)], unit: String = "kg",
        from origin: String? = "SHA", to destination: String? = "LAX", since: Int32 = 0, currency: Currency = .cny,
        minimum: String? = nil, maximum: String? = nil
    ) throws -> RateRule {
        try RateRule(
            id: id, serviceItem: "AIR", origin: origin, destination: destination, unit: unit, method: method,
            breaks: parts.map { part in
                RateBreak(
                    from: try decimal(part.0), to: try part.1.map { try decimal($0) }, rate: try decimal(part.2),
                    minimum: try minimum.map { try decimal($0) }, maximum: try maximum.map { try decimal($0) })
            },
            currency: currency, validFrom: CalendarDay(daysSinceEpoch: 20_000 + since), validUntil: nil)
    }

    private static func price(_ rules: [RateRule], _ quantity: String, unit: String = "kg") throws -> Pricing {
        RateCard(rules).price(
            Shipment(
                day: day, serviceItem: "AIR", origin: "SHA", destination: "LAX", quantity: try decimal(quantity),
                unit: unit))
    }

    private static func amount(_ rules: [RateRule], _ quantity: String) throws -> String {
        guard case .priced(let price) = try price(rules, quantity) else { return "none" }
        return price.amount
    }

    @Test func theLowerChargeAppliesAndNobodyPaysMoreForLess() throws {
        let rule = try Self.rule(
            "R", .breakLower, [("0", "45", "30"), ("45", "100", "25"), ("100", nil, "20")], minimum: "100")
        #expect(try Self.amount([rule], "1") == "100.00")
        #expect(try Self.amount([rule], "44.999") == "1125.00", "45 kg at 25 are less than 44.999 at 30")
        #expect(try Self.amount([rule], "45") == "1125.00")
        #expect(try Self.amount([rule], "99.999") == "2000.00")
        var last = try Self.decimal("0")
        for tenth in 0..<2_000 {
            guard case .priced(let price) = try Self.price([rule], "\(tenth / 10).\(tenth % 10)") else {
                Issue.record("no price at \(tenth)")
                return
            }
            #expect(last <= price.exact, "more for less at \(tenth)")
            last = price.exact
        }
    }

    @Test func eachPartHasItsOwnRate() throws {
        let rule = try Self.rule("R", .breakIncremental, [("0", "10", "3"), ("10", "20", "2"), ("20", "30", "1")])
        #expect(try Self.amount([rule], "10") == "30.00")
        #expect(try Self.amount([rule], "10.005") == "30.01")
        #expect(try Self.amount([rule], "29.5") == "59.50")
        #expect(try Self.price([rule], "30") == .unpriced(.outsideBreaks, rule: "R"))
    }

    @Test func theMoreExactRuleWinsThenAnExactOriginThenTheLater() throws {
        let anywhere = try Self.rule("anywhere", .flat, [("0", nil, "1")], from: nil, to: nil, since: 90)
        let arriving = try Self.rule("arriving", .flat, [("0", nil, "2")], from: nil)
        let leaving = try Self.rule("leaving", .flat, [("0", nil, "3")], to: nil)
        let lane = try Self.rule("lane", .flat, [("0", nil, "4")])
        let later = try Self.rule("later", .flat, [("0", nil, "5")], since: 10)
        let future = try Self.rule("future", .flat, [("0", nil, "6")], since: 600)
        let all = [anywhere, arriving, leaving, lane, later, future]
        for (count, wanted) in [(1, "1.00"), (2, "2.00"), (3, "3.00"), (4, "4.00"), (5, "5.00"), (6, "5.00")] {
            #expect(try Self.amount(Array(all.prefix(count)), "7") == wanted)
        }
    }

    @Test func aUnitThatDoesNotFitSaysSo() throws {
        let exact = try Self.rule("m3", .flat, [("0", nil, "1")], unit: "m3")
        let wide = try Self.rule("kg", .flat, [("0", nil, "2")], from: nil, to: nil)
        #expect(try Self.price([exact], "1") == .unpriced(.unknownUnit, rule: nil))
        #expect(try Self.price([], "1") == .unpriced(.noRule, rule: nil))
        #expect(try Self.amount([exact, wide], "1") == "2.00", "a rule in another unit stands in nobody's way")
    }

    @Test func onlyTheResultIsRoundedInTheCurrencysDigits() throws {
        let yen = try #require(Currency("JPY"))
        let dinar = try #require(Currency("KWD"))
        #expect(try Self.amount([Self.rule("R", .perUnit, [("0", nil, "0.3333")], currency: yen)], "1.5") == "0")
        #expect(try Self.amount([Self.rule("R", .perUnit, [("0", nil, "0.3335")], currency: yen)], "1.5") == "1")
        #expect(try Self.amount([Self.rule("R", .perUnit, [("0", nil, "0.3333")], currency: dinar)], "1.5") == "0.500")
        #expect(try Self.amount([Self.rule("R", .flat, [("0", nil, "9")], minimum: "10.004")], "1") == "10.00")
        #expect(try Self.amount([Self.rule("R", .flat, [("0", nil, "9")], maximum: "8.5")], "1") == "8.50")
    }

    @Test func aRuleThatContradictsItselfIsRefused() throws {
        #expect(throws: RateFault.self) { try Self.rule("R", .perUnit, [("0", nil, "1"), ("5", nil, "2")]) }
        #expect(throws: RateFault.self) { try Self.rule("R", .breakLower, [("5", "5", "1")]) }
        #expect(throws: RateFault.self) { try Self.rule("R", .flat, [("0", nil, "1")], minimum: "5", maximum: "4") }
        #expect(throws: RateFault.self) { try Self.rule("R", .flat, []) }
        #expect(try Self.rule("R", .breakLower, [("0", "10", "1"), ("8", "20", "1")]).overlap == Self.decimal("8"))
    }

    @Test func aPriceIsExplained() throws {
        let rule = try Self.rule("R", .breakLower, [("0", "45", "30"), ("45", nil, "25")], minimum: "100")
        let found = RateCard([rule]).explain(
            Shipment(
                day: Self.day, serviceItem: "AIR", origin: "SHA", destination: "LAX",
                quantity: try Self.decimal("44"), unit: "kg"))
        #expect(found.steps.contains("break from 45: 25 × 45 kg = 1125"))
        #expect(found.steps.last == "rounded half up to 2 digits: 1125.00 CNY")
    }
}
