extension RateTable {
    /// What is used until a table of one's own is given: round figures, in CNY for one unit, from two days on. They are
    /// defaults for comparing orders of magnitude, not quotations.
    public static let standard: RateTable = {
        let rates: [(code: String, early: String, late: String)] = [
            ("USD", "6.25", "7.05"), ("EUR", "7.10", "8.20"), ("HKD", "0.806", "0.905"), ("JPY", "0.0560", "0.0460"),
            ("GBP", "9.50", "9.40"), ("SGD", "4.65", "5.45"), ("KRW", "0.0057", "0.0049"), ("TWD", "0.200", "0.222"),
            ("AUD", "4.85", "4.65"), ("CAD", "5.00", "5.15"), ("CHF", "6.60", "8.85"), ("THB", "0.186", "0.217"),
            ("MYR", "1.70", "1.72"), ("VND", "0.000290", "0.000270"), ("IDR", "0.000485", "0.000425"),
            ("INR", "0.0980", "0.0800"), ("PHP", "0.137", "0.121"), ("AED", "1.70", "1.92"), ("SAR", "1.67", "1.88"),
            ("RUB", "0.100", "0.088"), ("BRL", "2.00", "1.30"), ("MXN", "0.400", "0.385"), ("ZAR", "0.500", "0.410"),
            ("SEK", "0.750", "0.745"), ("MOP", "0.782", "0.879"),
        ]
        var entries: [Entry] = []
        for (code, early, late) in rates {
            guard let currency = Currency(code), let first = ExchangeRate(early),
                let second = ExchangeRate(late), let start = CalendarDay("1970-01-01"),
                let change = CalendarDay("2022-01-01")
            else { continue }
            entries.append(Entry(currency: currency, from: start, rate: first))
            entries.append(Entry(currency: currency, from: change, rate: second))
        }
        return RateTable(entries)
    }()
}
