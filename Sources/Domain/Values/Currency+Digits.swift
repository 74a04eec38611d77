extension Currency {
    /// How many digits its amounts have after the point, by ISO 4217: two for most, none for the yen, three for the
    /// dinar of Kuwait. What has no minor unit at all (gold, special drawing rights) keeps the four of ``FixedDecimal``.
    public var fractionDigits: Int { Self.digits[self] ?? 2 }

    /// The smallest amount that can be paid in it: a cent, a yen.
    public var smallestUnit: FixedDecimal {
        (0..<max(0, FixedDecimal.fractionDigits - fractionDigits)).reduce(FixedDecimal(units: 1)) { unit, _ in
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
