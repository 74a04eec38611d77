import Contracts
import Domain
import Postgres

/// The SQL of loaded exchange rates.
enum RateStore {
    /// From which day on a currency has a rate that had none before.
    struct Gain: Equatable {
        let currency: Currency
        let from: CalendarDay
        /// The first day on which it had one; `nil` when it had none at all.
        let before: CalendarDay?
    }

    /// The orders with a cost in a currency, or of an order in one, that could not be compared on the cost's day until now.
    static func orders(waitingFor gains: [Gain], _ transaction: borrowing Transaction) throws -> [OrderKey] {
        guard !gains.isEmpty else { return [] }
        let rows = try transaction.query(
            """
            select distinct c.order_source, c.order_id
            from unnest(
                \(gains.map(\.currency.code)), \(gains.map(\.from.daysSinceEpoch)),
                \(gains.map { $0.before?.daysSinceEpoch })) as g(currency, first_day, end_day)
            join cost c on c.day >= date '1970-01-01' + g.first_day
                and (g.end_day is null or c.day < date '1970-01-01' + g.end_day)
            join orders o on o.source = c.order_source and o.order_id = c.order_id
            where c.currency <> o.currency and g.currency in (c.currency, o.currency) and o.is_provisional
            order by 1, 2
            """, as: (String, String).self)
        return rows.map { OrderKey(source: $0.0, orderId: $0.1) }
    }

    /// Asks for the revision of what was loaded last; 0 when nothing was.
    ///
    /// - Returns: what reads the answer.
    static func ask(_ transaction: borrowing Transaction) throws -> () throws -> Int64 {
        let answer = try transaction.ask("select coalesce(max(revision), 0) from exchange_rate_load", as: Int64.self)
        return { try answer.rows().first ?? 0 }
    }

    /// All that was loaded, the later behind the earlier, with the revision of the last.
    static func read(_ transaction: borrowing Transaction) throws -> (revision: Int64, entries: [RateTable.Entry]) {
        let rows = try transaction.query(
            "select revision, currency, from_day, cny::text from exchange_rate order by revision, currency, from_day",
            as: (Int64, String, CalendarDay, String).self)
        let entries = rows.compactMap { row -> RateTable.Entry? in
            guard let currency = Currency(row.1), let rate = ExchangeRate(row.3) else { return nil }
            return RateTable.Entry(currency: currency, from: row.2, rate: rate)
        }
        return (rows.last?.0 ?? 0, entries)
    }

    /// Keeps rates, by whom and when they were loaded.
    static func put(
        _ entries: [RateTable.Entry], by login: String, at time: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            with new as (
                insert into exchange_rate_load (loaded_by, loaded_at)
                values (\(login), \(PostgresValue.timestamp(time.description))) returning revision
            )
            insert into exchange_rate (revision, currency, from_day, cny)
            select revision, currency, date '1970-01-01' + day, cny::numeric
            from new cross join unnest(
                \(entries.map(\.currency.code)), \(entries.map(\.from.daysSinceEpoch)),
                \(entries.map(\.rate.description))) as t(currency, day, cny)
            """)
    }
}
