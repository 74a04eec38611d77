import Contracts
import Domain
import Postgres
import ServiceKit

/// Which orders wait for approval, and who may give it.
struct ApprovalQueries: Sendable {
    let authority: Authority
    let rates: ExchangeRates

    var all: [Query] {
        [Query(AcceptanceQuestions.waiting) { arguments, transaction in try waiting(arguments, transaction) }]
    }

    /// How many orders wait in each branch, and since when.
    static let figures = [
        StandingFigure(
            "orders_waiting_approval", "Orders that wait for somebody's approval.", label: "branch",
            { transaction in try standing(transaction).map { ($0.branch, Double($0.orders)) } }),
        StandingFigure(
            "orders_waiting_approval_oldest_seconds", "How long ago the oldest of them was placed.", label: "branch",
            { transaction in try standing(transaction).map { ($0.branch, $0.age) } }),
    ]

    /// An order whose sender's clock is ahead has waited for no time, and not for less than none.
    private static func standing(
        _ transaction: borrowing Transaction
    ) throws -> [(branch: String, orders: Int, age: Double)] {
        try transaction.query(
            """
            select branch, count(*), greatest(0, extract(epoch from clock_timestamp() - min(placed_at)))::float8 from orders
            where decision = 'needs-approval' and not is_cancelled group by branch order by branch
            """, as: (String, Int, Double).self
        ).map { (branch: $0.0, orders: $0.1, age: $0.2) }
    }

    private func waiting(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let today = arguments.today
        let table = try arguments.table(
            "orders that wait for approval",
            """
            select o.placed_at, o.source, o.order_id, o.content_revision as revision, o.customer_code, a.name,
                o.business_line, o.branch, o.sales_owner, o.revenue, o.currency, o.decision_rule as rule,
                o.decision_number, o.branch as may_approve
            from orders o left join account a on a.source = o.source and a.code = o.customer_code
            where o.decision = 'needs-approval' and not o.is_cancelled
            """, transaction, format: moneyText)
        let names = table.columns.map(\.name)
        guard let branch = names.firstIndex(of: "branch"), let revenue = names.firstIndex(of: "revenue"),
            let currency = names.firstIndex(of: "currency"), let approvers = names.firstIndex(of: "may_approve"),
            let owner = names.firstIndex(of: "sales_owner"), let line = names.firstIndex(of: "business_line"),
            let placed = names.firstIndex(of: "placed_at")
        else { return [table] }
        let rates = try rates.current(transaction)
        var policy = try ActAuthority(arguments, .approve, .order)
        let rows = table.rows.map { row in
            var values = row.values
            let worth = values[revenue].flatMap { FixedDecimal($0) } ?? .zero
            if let money = values[currency].flatMap({ Currency($0) }).map({ Money(worth, $0) }),
                let people = policy?.people(
                    owner: values[owner], branch: values[branch],
                    on: values[placed].flatMap(Self.day), line: values[line],
                    PermissionMeasure(amount: money), rates)
            {
                values[approvers] = people.joined(separator: ", ")
                return values
            }
            values[approvers] = authority.approvers(of: values[branch] ?? "", on: today) { tier in
                values[currency].flatMap { Currency($0) }
                    .flatMap { rates.convert(worth, from: $0, to: tier.currency, on: today) }
                    .map { $0 <= tier.cap } ?? false
            }.joined(separator: ", ")
            return values
        }
        return [table.with(rows: rows)]
    }

    /// The day of a time as messages or the database write it.
    private static func day(_ told: String) -> CalendarDay? {
        (Timestamp(told) ?? Timestamp(told.replacing(" ", with: "T") + ":00"))?.day()
    }
}
