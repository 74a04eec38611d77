import Domain
import Postgres

extension RateTable {
    /// What one unit of each currency is worth in CNY on a day, as a relation `worth` of `code` and `cny`: for lists that are
    /// ordered by what amounts are worth. What has no rate is not in it.
    func relation(on day: CalendarDay) -> SQL {
        let rates = Set(entries.map(\.currency)).union([.cny]).sorted().compactMap { currency in
            rate(of: currency, on: day).map { (code: currency.code, cny: $0.description) }
        }
        return """
            (select code, cny::numeric as cny from unnest(\(rates.map(\.code)), \(rates.map(\.cny))) as t(code, cny))
            """
    }
}
