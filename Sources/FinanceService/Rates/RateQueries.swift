import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of exchange rates.
struct RateQueries: Sendable {
    let rates: ExchangeRates

    var all: [Query] { [Query(RateQuestions.list, list)] }

    /// Each currency's rate of a day, or every rate there is.
    private func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.optionalDay("on") ?? arguments.today
        let wanted = arguments["currency"].flatMap { Currency($0) }
        var entries = try rates.current(transaction).entries.filter { wanted == nil || $0.currency == wanted }
        if !arguments.flag("every") {
            // By currency and day: of each currency the last that holds.
            entries = entries.filter { $0.from <= day }
            entries = entries.indices.filter {
                $0 == entries.index(before: entries.endIndex) || entries[$0].currency != entries[$0 + 1].currency
            }.map { entries[$0] }
        }
        return [
            try arguments.table(
                "rates", rows: entries.map { [$0.currency.code, $0.from.description, $0.rate.description] }
            ) { row in [row[0] ?? "", row[1] ?? ""] },
            try arguments.table(
                "loads",
                """
                select l.revision, l.loaded_at, l.loaded_by, count(*) as rates, min(r.from_day) as first_day,
                    max(r.from_day) as last_day
                from exchange_rate_load l join exchange_rate r using (revision) group by l.revision
                """, transaction),
        ]
    }
}
