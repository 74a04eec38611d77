import Contracts
import Domain
import Postgres

/// The SQL of closed months.
enum PostingStore {
    /// Asks for the closed months; none is closed or opened until the transaction ends.
    ///
    /// - Returns: what reads the answer.
    static func ask(_ transaction: borrowing Transaction) throws -> () throws -> PostingMonths {
        let answer = try transaction.ask("select m from closed_months() as t(m)", as: Int32.self)
        return { PostingMonths(closed: Set(try answer.rows().map { CalendarDay(daysSinceEpoch: $0) })) }
    }

    /// Asks for the closed months, and for the revision of the exchange rates that were loaded last, in one statement.
    ///
    /// - Returns: what reads the answer.
    static func askWithRates(
        _ transaction: borrowing Transaction
    ) throws -> () throws -> (months: PostingMonths, rates: Int64) {
        let answer = try transaction.ask(
            """
            select m, null::bigint from closed_months() as t(m)
            union all select null, coalesce(max(revision), 0) from exchange_rate_load
            """, as: (Int32?, Int64?).self)
        return {
            let rows = try answer.rows()
            return (
                PostingMonths(closed: Set(rows.compactMap { $0.0.map { CalendarDay(daysSinceEpoch: $0) } })),
                rows.compactMap(\.1).first ?? 0
            )
        }
    }

    /// Locks the months for whoever closes or opens one, once nobody posts.
    static func lock(_ transaction: borrowing Transaction) throws {
        _ = try transaction.rows(
            "select pg_advisory_xact_lock(hashtextextended(current_schema() || ' closed months', 0))::text")
    }

    /// Keeps what was posted late.
    static func put(_ rows: [LatePosting], at time: Timestamp, _ transaction: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into late_posting (kind, source, reference, party, business_line, original_day, posting_day,
                revenue, cost, amount, currency, posted_at, branch, orders, earned)
            select kind, source, reference, party, line, date '1970-01-01' + original, date '1970-01-01' + posting,
                revenue, cost, amount::numeric, currency, \(PostgresValue.timestamp(time.description)),
                branch, orders, earned
            from unnest(
                \(rows.map(\.kind.rawValue)), \(rows.map(\.key.source)), \(rows.map(\.key.identifier)),
                \(rows.map(\.party)), \(rows.map(\.businessLine)), \(rows.map(\.originalDay.daysSinceEpoch)),
                \(rows.map(\.postingDay.daysSinceEpoch)),
                \(rows.map(\.revenue)),
                \(rows.map(\.cost)), \(rows.map(\.amount?.description)),
                \(rows.map(\.currency.code)),
                \(rows.map(\.branch)), \(rows.map { Int32($0.orders) }),
                \(rows.map(\.earned)))
                as t(kind, source, reference, party, line, original, posting, revenue, cost, amount, currency, branch,
                    orders, earned)
            """)
    }

    /// Keeps those of some documents that are of a closed month.
    ///
    /// - Parameter documents: what came, with its day.
    static func trace<Documents: Collection>(
        _ documents: Documents, at time: Timestamp, _ transaction: borrowing Transaction,
        _ posting: (Documents.Element, PostingMonths) -> LatePosting?
    ) throws {
        guard !documents.isEmpty else { return }
        let months = try ask(transaction)()
        guard !months.isAllOpen else { return }
        try put(documents.compactMap { posting($0, months) }, at: time, transaction)
    }
}
