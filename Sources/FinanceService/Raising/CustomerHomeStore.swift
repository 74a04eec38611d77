import Domain
import Postgres
import ServiceKit

/// Where a customer is looked after and by whom on a day, for what is said of it.
struct CustomerHome: Sendable, Equatable {
    let customerId: String
    let code: String
    let name: String?
    let branch: String?
    let owner: String?
}

extension CustomerHome: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        customerId = try row("customer_id")
        code = try row("code")
        name = try row("name")
        branch = try row("branch")
        owner = try row("owner")
    }
}

/// The SQL of whom notices are for. It is asked only where there is a notice.
enum CustomerHomeStore {
    /// Where some customers are looked after, each by the first of its codes of which anybody is known.
    static func of(
        customers: some Collection<String>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String: CustomerHome] {
        guard !customers.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select distinct on (h.customer_id) h.customer_id, h.code, h.name, h.branch, h.owner
            from (
                select a.customer_id, a.source, a.code, a.name, a.branch,
                    \(OwnerStore.owner(ofAccount: "a", on: day)) as owner
                from account a where a.customer_id = any(\(Set(customers).sorted()))
            ) h
            order by h.customer_id, h.owner is null, h.source, h.code
            """, as: CustomerHome.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.customerId, $0) })
    }

    /// Where the customers of some invoices are looked after, as far as these have come.
    static func of(
        invoices: Set<LedgerKey>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [LedgerKey: CustomerHome] {
        guard !invoices.isEmpty else { return [:] }
        let sorted = invoices.sorted()
        let rows = try transaction.query(
            """
            select r.source, r.invoice_id, r.customer_source, r.customer_code, a.customer_id, a.name, a.branch,
                \(OwnerStore.owner(ofAccount: "a", on: day)) as owner
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, invoice_id)
            join receivable r on r.source = k.source and r.invoice_id = k.invoice_id
            left join account a on a.source = r.customer_source and a.code = r.customer_code
            where r.amount is not null
            """, as: InvoiceHome.self)
        return Dictionary(rows.map { ($0.key, $0.home) }) { first, _ in first }
    }

    /// An invoice with where its customer is looked after.
    private struct InvoiceHome: PostgresRow {
        let key: LedgerKey
        let home: CustomerHome

        init(row: inout RowReader) throws(PostgresError) {
            key = LedgerKey(source: try row("source"), identifier: try row("invoice_id"))
            let source: String = try row("customer_source")
            let code: String = try row("customer_code")
            home = CustomerHome(
                customerId: try row("customer_id", as: String?.self)
                    ?? AccountIdentifier.customer(source: source, code: code), code: code, name: try row("name"),
                branch: try row("branch"), owner: try row("owner"))
        }
    }

    /// Who looks after customers in lines of business, as far as sales has told it of a day: what alerts go by, too.
    static func owners(
        of businesses: Set<BusinessKey>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [BusinessKey: String] {
        guard !businesses.isEmpty else { return [:] }
        let sorted = businesses.sorted()
        let rows = try transaction.query(
            """
            select w.source, w.code, w.business_line, p.owner
            from unnest(
                \(sorted.map(\.source)), \(sorted.map(\.code)), \(sorted.map(\.businessLine)))
                as k(source, code, business_line)
            join customer_owner w on w.source = k.source and w.code = k.code and w.business_line = k.business_line
            cross join lateral (\(OwnershipReplica.period(of: "w", on: "\(day)"))) p
            where p.owner is not null
            """, as: (String, String, String, String).self)
        return Dictionary(
            rows.map { (BusinessKey(source: $0.0, code: $0.1, businessLine: $0.2), $0.3) }
        ) { first, _ in first }
    }
}
