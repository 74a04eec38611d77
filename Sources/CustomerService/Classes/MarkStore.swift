import Contracts
import Domain
import Postgres

/// The SQL of marks: accounts that are to be judged anew, each from a day on: read without a lock, and let go of when they are judged.
///
/// A mark of source '' is of a customer itself.
struct MarkStore: Sendable {
    private struct Mark: PostgresRow, Sendable {
        let source: String
        let code: String
        let day: CalendarDay
        /// Which transaction wrote it last: another one means that there is news.
        let writer: String
        let customerId: String?

        init(row: inout RowReader) throws(PostgresError) {
            source = try row("source")
            code = try row("code")
            day = try row("from_day")
            writer = try row("writer")
            let owner: String? = try row("customer_id")
            customerId = source.isEmpty ? code : owner
        }
    }

    private let marks: [Mark]

    /// Reads some, in the order of accounts.
    ///
    /// - Parameters:
    ///   - place: what ``place`` said of the ones before; empty for the first.
    ///   - limit: how many at most.
    static func read(behind place: String, limit: Int, _ transaction: borrowing Transaction) throws -> MarkStore {
        let parts = place.split(separator: "\u{1}", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (source, code) = parts.count == 2 ? (parts[0], parts[1]) : ("", "")
        let marks = try transaction.query(
            """
            select m.source, m.code, m.from_day, m.writer, a.customer_id
            from (
                select source, code, from_day, xmin::text as writer from value_dirty
                where (source, code) > (\(source), \(code)) order by source, code limit \(limit)
            ) m left join account a on a.source = m.source and a.code = m.code
            order by m.source, m.code
            """, as: Mark.self)
        return MarkStore(marks: marks)
    }

    /// How many were read.
    var count: Int { marks.count }

    /// Behind which account the next ones are.
    var place: String { marks.last.map { "\($0.source)\u{1}\($0.code)" } ?? "" }

    /// The customers to judge, each from its earliest day on. An account that nobody has told of yet has none; it is
    /// marked again when it gets one.
    func customers(_ transaction: borrowing Transaction) throws -> [String: CalendarDay] {
        var customers: [String: CalendarDay] = [:]
        func add(_ customerId: String, _ day: CalendarDay) {
            customers[customerId] = min(customers[customerId] ?? day, day)
        }
        for mark in marks { if let id = mark.customerId { add(id, mark.day) } }
        // What is said of a customer that was merged is said of the one it became.
        for (absorbed, survivor) in try ClassStore.survivors(
            of: marks.filter(\.source.isEmpty).map(\.code), transaction)
        {
            if let day = customers[absorbed] { add(survivor, day) }
        }
        return customers
    }

    /// Lets go of those that nobody has written since they were read. One that somebody is writing just now is not waited
    /// for: it has news.
    func release(_ transaction: borrowing Transaction) throws {
        guard !marks.isEmpty else { return }
        try transaction.queue(
            """
            with judged as (
                select d.source, d.code
                from unnest(\(marks.map(\.source)), \(marks.map(\.code)), \(marks.map(\.writer)))
                    as m(source, code, writer)
                join value_dirty d on d.source = m.source and d.code = m.code
                where d.xmin::text = m.writer
                for update of d skip locked
            )
            delete from value_dirty d using judged j where d.source = j.source and d.code = j.code
            """)
    }
}
