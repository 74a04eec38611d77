import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL that keeps the sums of the finance view.
enum ViewStore {
    /// How many changes one fold takes, and how many documents a question works out that are not folded yet.
    static let most: Int32 = 20_000

    /// Appends what orders have changed, and marks those that moved: one statement for a batch, which waits for nobody.
    static func put(_ view: OrderView, _ transaction: borrowing Transaction) throws {
        let rows = view.deltas.filter { !$0.value.isNothing }.sorted { $0.key < $1.key }
        guard !rows.isEmpty || !view.moved.isEmpty else { return }
        try transaction.queue(
            """
            with moved as (
                insert into view_mark (kind, source, id)
                select 4, * from unnest(\(view.moved.map(\.source)), \(view.moved.map(\.orderId)))
            )
            insert into view_order_delta (basis, branch, business_line, day, currency, orders, revenue, known_revenue,
                cost, reserved, as_of)
            select basis, branch, business_line, date '1970-01-01' + day, currency, orders, revenue, known_revenue, cost,
                reserved, as_of
            from unnest(
                \(rows.map(\.key.basis.rawValue)), \(rows.map(\.key.branch)), \(rows.map(\.key.businessLine)),
                \(rows.map(\.key.day.daysSinceEpoch)), \(rows.map(\.key.currency.code)),
                \(rows.map { Int32(clamping: $0.value.orders) }),
                \(rows.map(\.value.revenue)),
                \(rows.map(\.value.knownRevenue)),
                \(rows.map(\.value.cost)),
                \(rows.map(\.value.reserved)),
                \(PostgresValue.timestamps(rows.map(\.value.asOf?.description))))
                as t(basis, branch, business_line, day, currency, orders, revenue, known_revenue, cost, reserved, as_of)
            """)
    }

    /// Brings into the sums what has changed.
    ///
    /// - Returns: whether there is nothing more to do now: all of it is in, or another copy of the service is at it.
    @discardableResult
    static func fold(most: Int32 = ViewStore.most, _ transaction: borrowing Transaction) throws -> Bool {
        let folded = try transaction.query("select view_fold(\(most))", as: Int32.self).first ?? 0
        return folded < most
    }

    /// Folds every few seconds, and more at once while much is waiting.
    static let task = ScheduledTask.every("view.fold", seconds: 5) { _, transaction, effects in
        for _ in 0..<5 {
            effects.count("view_folds")
            if try fold(transaction) { break }
        }
    }
}
