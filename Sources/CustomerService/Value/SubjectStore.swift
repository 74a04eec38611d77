import Contracts
import CustomerValue
import Domain
import Postgres
import ServiceKit

/// A customer with all that it is judged by.
struct Subject: Sendable {
    var history = CustomerHistory(orderDays: [])
    /// The first day on which anything is known of it.
    var start: CalendarDay
    var name: String?
    /// Region by the first day on which it holds.
    var regions: [(day: Int, region: String)] = []
    /// Whether it is strategic, by the first day on which that holds.
    var strategic: [(day: Int, isStrategic: Bool, reason: String)] = []
    var credit: [(day: Int, state: Assessment.Credit)] = []
}

/// Reads subjects, many at a time.
enum SubjectStore {
    /// Customers that have accounts; one without is not among them.
    static func subjects(
        _ customers: [String], _ file: Organisation, _ transaction: borrowing Transaction
    ) throws -> [String: Subject] {
        let organisation = try PeopleReplica.organisation(or: file, transaction)
        var subjects: [String: Subject] = [:]
        for row in try transaction.query(
            """
            select c.customer_id, c.name, c.branch,
                \(SQL.day(of: "c.founded_at")) - date '1970-01-01'
            from customer c where c.customer_id = any(\(customers))
                and exists (select from account a where a.customer_id = c.customer_id)
            """, as: (String, String?, String?, Int32).self)
        {
            var subject = Subject(start: CalendarDay(daysSinceEpoch: row.3), name: row.1)
            if let branch = row.2 { subject.regions = [(.min, region(of: branch, on: subject.start, organisation))] }
            subjects[row.0] = subject
        }
        try addHistories(customers, &subjects, organisation, transaction)
        for row in try transaction.query(
            """
            select customer_id, from_day - date '1970-01-01', is_strategic, decided_by || ': ' || reason
            from value_strategic where customer_id = any(\(customers)) order by customer_id, from_day
            """, as: (String, Int, Bool, String).self)
        {
            subjects[row.0]?.strategic.append((row.1, row.2, row.3))
        }
        for row in try transaction.query(
            """
            with recursive self(root, id) as (
                select c, c from unnest(\(customers)) c
                union select s.root, c.customer_id from self s join customer c on c.merged_into = s.id
            )
            select s.root, v.day - date '1970-01-01', v.state from self s join value_credit v on v.customer_id = s.id
            order by s.root, v.changed_at, v.customer_id
            """, as: (String, Int32, String).self)
        {
            subjects[row.0]?.credit.append((Int(row.1), Assessment.Credit(rawValue: row.2) ?? .ok))
        }
        return subjects
    }

    /// The division to which a branch belonged on a day: a customer's orders stay in that of their day.
    private static func region(of branch: String, on day: CalendarDay, _ organisation: Organisation) -> String {
        organisation.division(of: branch, on: day) ?? "unknown"
    }

    /// The orders of a customer on one day.
    private struct OrderDayRow: PostgresRow {
        let customerId: String
        let orders: CustomerHistory.OrderDay
        let branch: String

        init(row: inout RowReader) throws(PostgresError) {
            customerId = try row("customer_id")
            orders = CustomerHistory.OrderDay(
                day: Int(try row("day", as: CalendarDay.self).daysSinceEpoch), orders: try row("orders"),
                revenue: try row("revenue"), costedRevenue: try row("costed"), cost: try row("cost"))
            branch = try row("branch")
        }
    }

    private static func addHistories(
        _ customers: [String], _ subjects: inout [String: Subject], _ organisation: Organisation,
        _ transaction: borrowing Transaction
    ) throws {
        var days: [String: [CustomerHistory.OrderDay]] = [:]
        let orders = try transaction.query(
            """
            select a.customer_id, o.day, count(*)::integer as orders, (sum(o.revenue) * 10000)::bigint as revenue,
                (sum(o.costed_revenue) * 10000)::bigint as costed, (sum(o.cost) * 10000)::bigint as cost,
                max(o.branch) as branch
            from account a join value_order o on o.source = a.source and o.customer_code = a.code
            where a.customer_id = any(\(customers)) and \(ValueFactStore.orders.counts("o")) and o.day is not null
            group by a.customer_id, o.day order by a.customer_id, o.day
            """, as: OrderDayRow.self)
        for row in orders {
            days[row.customerId, default: []].append(row.orders)
            let day = CalendarDay(daysSinceEpoch: Int32(row.orders.day))
            let region = region(of: row.branch, on: day, organisation)
            if subjects[row.customerId]?.regions.last?.region != region {
                subjects[row.customerId]?.regions.append((row.orders.day, region))
            }
        }
        let contacts = try dated(
            """
            select a.customer_id, f.day - date '1970-01-01'
            from account a join value_contact f on f.source = a.source and f.customer_code = a.code
            where a.customer_id = any(\(customers))
            """, transaction)
        let failures = try dated(
            """
            select a.customer_id, f.done_on - date '1970-01-01'
            from account a join value_order f on f.source = a.source and f.customer_code = a.code
            where a.customer_id = any(\(customers)) and \(ValueFactStore.orders.counts("f")) and f.done_on is not null
                and (f.is_damaged or coalesce(f.is_late, f.done_on > \(SQL.day(of: "f.promised_on"))))
            """, transaction)
        var invoices: [String: [CustomerHistory.Invoice]] = [:]
        for row in try transaction.query(
            """
            select a.customer_id, coalesce(i.agreed_due_on, i.due_on) - date '1970-01-01', (i.amount * 10000)::bigint,
                i.settled_on - date '1970-01-01'
            from account a join value_invoice i on i.source = a.source and i.customer_code = a.code
            where a.customer_id = any(\(customers)) and coalesce(i.agreed_due_on, i.due_on) is not null
            """, as: (String, Int32, Int64, Int32?).self)
        {
            invoices[row.0, default: []].append(.init(due: Int(row.1), amount: row.2, settled: row.3.map { Int($0) }))
        }
        for id in subjects.keys {
            let history = CustomerHistory(
                orderDays: days[id] ?? [], contacts: contacts[id] ?? [], failures: failures[id] ?? [],
                invoices: invoices[id] ?? [])
            subjects[id]?.history = history
            let first = [history.days.first, history.contacts.first].compactMap { $0 }.min()
            if let first, let start = subjects[id]?.start, Int(start.daysSinceEpoch) > first {
                subjects[id]?.start = CalendarDay(daysSinceEpoch: Int32(clamping: first))
            }
        }
    }

    private static func dated(_ sql: SQL, _ transaction: borrowing Transaction) throws -> [String: [Int]] {
        var dated: [String: [Int]] = [:]
        for (id, day) in try transaction.query(sql, as: (String, Int32).self) {
            dated[id, default: []].append(Int(day))
        }
        return dated
    }
}
