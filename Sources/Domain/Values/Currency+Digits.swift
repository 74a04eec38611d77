extension Currency {
    /// How many digits its amounts have after the point, by ISO 4217: two for most, none for the yen, three for the
    /// dinar of Kuwait. What has no minor unit at all (gold, special drawing rights) keeps the four of ``FixedDecimal``.
    public var fractionDigits: Int { Self.digits[self] ?? 2 }

    /// The smallest amount that can be paid in it: a cent, a yen.
    public var smallestUnit: FixedDecimal { Self.unit(digits: fractionDigits) }

    /// The smallest unit of all currencies that are not among ``withOtherUnits``: the cent.
    public static let usualUnit = unit(digits: 2)

    /// The currencies whose smallest unit is another than ``usualUnit``, by that unit, the largest first.
    public static let withOtherUnits: [(unit: FixedDecimal, currencies: [Currency])] = Dictionary(
        grouping: digits.keys, by: \.smallestUnit
    ).map { (unit: $0.key, currencies: $0.value.sorted { $0.code < $1.code }) }.sorted { $0.unit > $1.unit }

    private static func unit(digits: Int) -> FixedDecimal {
        (0..<max(0, FixedDecimal.fractionDigits - digits)).reduce(FixedDecimal(units: 1)) { unit, _ in
            FixedDecimal(units: unit.units * 10)
        }
    }

    private static let digits: [Currency: Int] = {
        let lists = [
            0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
            3: "BHD IQD JOD KWD LYD OMR TND",
            4: "CLF UYW XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XUA",
        ]
        var digits: [Currency: Int] = [:]
        for (count, codes) in lists {
            for code in codes.split(separator: " ") {
                if let currency = Currency(String(code)) { digits[currency] = count }
            }
        }
        return digits
    }()
}
