package import Domain

extension DatedRate {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            ExchangeRate(cny) != nil, .notADecimal, "cny",
            "a rate is written as 7.10: above nought, with at most eight places after the point")
        try fields.require(currency != .cny, .valueNotAllowed, "currency", "rates are in CNY: it needs none itself")
    }

    /// The rate as a table of rates holds it; `nil` never, once it was read as part of a message.
    package var entry: RateTable.Entry? {
        ExchangeRate(cny).map { RateTable.Entry(currency: currency, from: from, rate: $0) }
    }

    /// A rate of a table.
    package init(_ entry: RateTable.Entry) {
        self.init(currency: entry.currency, from: entry.from, cny: entry.rate.description)
    }
}

extension LoadRates {
    func check(_ fields: FieldReader) throws(Refusal) {
        var seen: Set<String> = []
        for (index, rate) in rates.enumerated() {
            try fields.require(
                seen.insert("\(rate.currency.code) \(rate.from)").inserted, .duplicateElement, "rates[\(index)]",
                "there are two rates of \(rate.currency.code) from \(rate.from)")
        }
    }
}
