import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of whose customer a lead is.
enum LeadPartyStore {
    /// Locks the places where captures and customers' records meet, in one order: of a capture and the record of its customer
    /// that come at one moment each has to see the other.
    static func lock(_ keys: Set<LeadKey>, _ transaction: borrowing Transaction) throws {
        try KeyLock.lock("lead parties", keys.sorted().map { [$0.kind.rawValue, $0.value] }, transaction)
    }

    // MARK: Records

    /// A customer as far as it is found.
    struct Party: Sendable, Equatable {
        let customerId: String
        let revision: Int
        let mergedInto: String?
        let company: String?
        let creditCode: String?
    }

    /// What is kept of some customers, locked until the transaction ends.
    static func parties(_ ids: Set<String>, _ transaction: borrowing Transaction) throws -> [String: Party] {
        let rows = try transaction.query(
            """
            select p.customer_id, p.revision, p.merged_into, p.company, p.credit_code from lead_party p
            where p.customer_id = any(\(ids.sorted())) order by p.customer_id for update
            """, as: Party.self)
        return Dictionary(rows.map { ($0.customerId, $0) }) { first, _ in first }
    }

    /// Writes down what records say.
    static func put(_ parties: [Party], _ transaction: borrowing Transaction) throws {
        guard !parties.isEmpty else { return }
        let rows = parties.sorted { $0.customerId.compareBytes(with: $1.customerId) < 0 }
        try transaction.queue(
            """
            insert into lead_party (customer_id, revision, merged_into, company, credit_code)
            select * from unnest(
                \(rows.map(\.customerId)), \(rows.map { Int32($0.revision) }), \(rows.map(\.mergedInto)),
                \(rows.map(\.company)), \(rows.map(\.creditCode)))
            on conflict (customer_id) do update set revision = excluded.revision, merged_into = excluded.merged_into,
                company = excluded.company, credit_code = excluded.credit_code
            where lead_party.revision < excluded.revision
            """)
    }

    /// The leads of customers that turned out to be others.
    static func leads(ofCustomers ids: [String], _ transaction: borrowing Transaction) throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        return Set(
            try transaction.query(
                "select l.lead_id from lead l where l.customer_id = any(\(ids)) order by 1", as: String.self))
    }

    /// The leads that some keys are of.
    static func leads(
        of keys: [LeadKey], _ transaction: borrowing Transaction
    ) throws -> [(key: LeadKey, lead: String)] {
        guard !keys.isEmpty else { return [] }
        return try LeadCaptureStore.leads(of: Set(keys), transaction).sorted { $0.key < $1.key }.map {
            ($0.key, $0.value)
        }
    }

    // MARK: Whose something is

    /// The customers that have some codes.
    static func customers(
        of codes: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: String] {
        guard !codes.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select distinct a.source, a.code, a.customer_id
            from unnest(\(codes.map(\.source)), \(codes.map(\.code))) as k(source, code)
            join account a using (source, code)
            """, as: (String, String, String).self)
        return Dictionary(rows.map { (AccountKey(source: $0.0, code: $0.1), $0.2) }) { first, _ in first }
    }

    /// The one customer that each of some credit codes and names of companies is of; of what several are called nobody is
    /// told.
    static func customers(
        of keys: Set<LeadKey>, _ transaction: borrowing Transaction
    ) throws -> [LeadKey: String] {
        let sorted = keys.filter { $0.kind == .creditCode || $0.kind == .company }.sorted()
        guard !sorted.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select k.place - 1, min(p.customer_id)
            from unnest(\(sorted.map(\.kind.rawValue)), \(sorted.map(\.value))) with ordinality as k(kind, value, place)
            cross join lateral (
                select q.customer_id from lead_party q
                where k.kind = 'company' and q.company = k.value and q.merged_into is null
                union all
                select q.customer_id from lead_party q
                where k.kind = 'credit-code' and q.credit_code = k.value and q.merged_into is null
            ) p
            group by k.place having count(*) = 1
            """, as: (Int, String).self)
        return Dictionary(rows.map { (sorted[$0.0], $0.1) }) { first, _ in first }
    }

    /// The customer that each of some turned out to be.
    static func current(_ ids: Set<String>, _ transaction: borrowing Transaction) throws -> [String: String] {
        guard !ids.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            with recursive way (asked, customer_id, merged_into, steps) as (
                select p.customer_id, p.customer_id, p.merged_into, 0 from lead_party p
                where p.customer_id = any(\(ids.sorted()))
                union all
                select w.asked, w.merged_into, p.merged_into, w.steps + 1
                from way w left join lead_party p on p.customer_id = w.merged_into
                where w.merged_into is not null and w.steps < 50
            )
            select asked, customer_id from way where merged_into is null
            """, as: (String, String).self)
        return Dictionary(rows.map { ($0.0, $0.1) }) { first, _ in first }
    }

    /// Who looks after a customer in a line of business on a day, and for which branch.
    static func owners(
        of customers: [(customer: String, line: String?)], on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [Int: (login: String, branch: String?)] {
        guard !customers.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select k.place - 1, w.login, w.branch
            from unnest(\(customers.map(\.customer)), \(customers.map(\.line))) with ordinality
                as k(customer, line, place)
            cross join lateral (
                select coalesce(o.owner, a.sales_owner) as login, coalesce(o.branch, a.branch) as branch
                from account a
                left join lateral (
                    select y.owner, y.branch from ownership y
                    where y.source = a.source and y.code = a.code
                        and (y.business_line = k.line or y.business_line = '*')
                        and \(OpenItemStore.holds("y", on: "\(day)"))
                    order by y.business_line = '*', y.from_day desc, y.place limit 1
                ) o on true
                where a.customer_id = k.customer and coalesce(o.owner, a.sales_owner) is not null
                order by o.owner is null, a.source, a.code limit 1
            ) w
            """, as: (Int, String, String?).self)
        return Dictionary(rows.map { ($0.0, ($0.1, $0.2)) }) { first, _ in first }
    }
}

extension LeadPartyStore.Party: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        customerId = try row("customer_id")
        revision = try row("revision")
        mergedInto = try row("merged_into")
        company = try row("company")
        creditCode = try row("credit_code")
    }
}
