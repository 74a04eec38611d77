import Contracts
import Domain
import Postgres
import ServiceKit

/// Whom a limit or an override is of, as its sender names it: a customer or a group.
struct CreditParty: Sendable, Hashable {
    let source: String
    let customer: String?
    var group: String? = nil
}

/// The SQL of limits, exposures and states.
enum CreditStore {
    /// A limit, or what is approved above one, that holds on a day for a customer or its group.
    struct Line {
        let customerId: String
        let subject: CreditSubject
        let isOverride: Bool
        let key: LedgerKey
        let amount: FixedDecimal
        let currency: Currency
        let from: CalendarDay
        let decidedAt: Int64

        var precedence: (CalendarDay, Int64, LedgerKey) { (from, decidedAt, key) }
    }

    /// What an exposure is made of, in one currency.
    struct Sum {
        let currency: Currency
        let receivable: FixedDecimal
        let deposits: FixedDecimal
        let accepted: FixedDecimal
        let unbilled: FixedDecimal
    }

    /// The lines of some customers and of the groups that they belong to.
    static func lines(
        of customers: Set<String>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [Line] {
        let epochDay = day.daysSinceEpoch
        return try transaction.query(
            """
            select m.customer_id, null as group_id, l.kind, l.source, l.line_id, l.amount, l.currency, l.valid_from,
                l.decided_at
            from account m join credit_line l on l.customer_source = m.source and l.customer_code = m.code
            where m.customer_id = any(\(customers.sorted())) and \(holds(epochDay))
            union all
            select m.customer_id, g.group_id, l.kind, l.source, l.line_id, l.amount, l.currency, l.valid_from,
                l.decided_at
            from account m join credit_group_member g on g.source = m.source and g.customer_code = m.code
            join credit_line l on l.group_id = g.group_id
            where m.customer_id = any(\(customers.sorted())) and \(holds(epochDay))
            """, as: Line.self)
    }

    private static func holds(_ day: Int32) -> SQL {
        """
        l.valid_from <= date '1970-01-01' + \(day)
            and (l.valid_to is null or l.valid_to >= date '1970-01-01' + \(day))
        """
    }

    /// Adds to limits what is owed and ordered. What a bill that waits and an order hold together is there once.
    static func add(
        to rooms: inout [CreditSubject: CreditStanding], _ rates: RateTable, on day: CalendarDay,
        _ transaction: borrowing Transaction
    ) throws {
        let subjects = Set(rooms.keys)
        let waiting = try WaitingBillStore.ask(of: subjects, transaction)
        for (subject, sums) in try exposures(of: subjects, transaction) { rooms[subject]?.add(sums, rates, on: day) }
        for (subject, bills) in try waiting() {
            guard let currency = rooms[subject]?.currency else { continue }
            rooms[subject]?.waiting = WaitingBills(bills, in: currency, rates, on: day)
        }
    }

    /// What customers and groups owe, by currency.
    private static func exposures(
        of subjects: Set<CreditSubject>, _ transaction: borrowing Transaction
    ) throws -> [CreditSubject: [Sum]] {
        let sorted = subjects.sorted()
        let rows = try transaction.query(
            """
            select k.place - 1 as place, e.currency, sum(e.receivable) as receivable, sum(e.deposits) as deposits,
                sum(e.accepted) as accepted, sum(e.unbilled) as unbilled
            from unnest(\(sorted.map(\.kind.rawValue)), \(sorted.map(\.identifier)))
                with ordinality as k(kind, identifier, place)
            cross join lateral (
                select a.source, a.code from account a where k.kind = 'customer' and a.customer_id = k.identifier
                union
                select g.source, g.customer_code from credit_group_member g
                where k.kind = 'group' and g.group_id = k.identifier
            ) m
            join account_exposure e on e.source = m.source and e.customer_code = m.code
            group by k.place, e.currency
            """, as: SumOfSubject.self)
        var found: [CreditSubject: [Sum]] = [:]
        for row in rows { found[sorted[row.place], default: []].append(row.sum) }
        return found
    }

    /// What the exposure of one of those asked for is made of, in one currency.
    private struct SumOfSubject: PostgresRow {
        let place: Int
        let sum: Sum

        init(row: inout RowReader) throws(PostgresError) {
            place = try row("place")
            sum = Sum(
                currency: try row("currency"), receivable: try row("receivable"), deposits: try row("deposits"),
                accepted: try row("accepted"), unbilled: try row("unbilled"))
        }
    }

    /// How far customers are trusted at a time, lifts counted.
    static func states(
        of customers: Set<String>, at time: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [String: CreditState] {
        let rows = try transaction.query(
            """
            select s.customer_id, s.state, exists(
                select from account a join credit_lift l on l.customer_source = a.source and l.customer_code = a.code
                where a.customer_id = s.customer_id and l.until >= date '1970-01-01' + \(time.day().daysSinceEpoch))
            from credit_standing s where s.customer_id = any(\(customers.sorted()))
            """, as: (String, String, Bool).self)
        return Dictionary(
            rows.map { ($0.0, CreditPolicy.lifted(CreditState(rawValue: $0.1) ?? .ok, by: $0.2)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Of which customer or group each party is. Until the transaction ends nobody else approves anything for these.
    static func lockSubjects(
        of parties: [CreditParty], _ transaction: borrowing Transaction
    ) throws -> [CreditSubject] {
        let known = try transaction.query(
            """
            select k.place - 1, a.customer_id
            from unnest(\(parties.map(\.source)), \(parties.map { $0.customer ?? "" })) with ordinality
                as k(source, code, place)
            join account a using (source, code)
            """, as: (Int, String).self)
        let customers = Dictionary(known.map { ($0.0, $0.1) }, uniquingKeysWith: { first, _ in first })
        let subjects = parties.enumerated().map { place, party in
            party.group.map { CreditSubject(kind: .group, identifier: $0) }
                ?? CreditSubject(
                    kind: .customer,
                    identifier: customers[place]
                        ?? AccountIdentifier.customer(source: party.source, code: party.customer ?? ""))
        }
        try KeyLock.lock("credit-approval", Set(subjects).map { [$0.kind.rawValue, $0.identifier] }, transaction)
        return subjects
    }

    /// All overrides of those that some parties are of, by whoever they are of.
    static func overrides(
        of parties: [CreditParty], as subjects: [CreditSubject], _ transaction: borrowing Transaction
    ) throws -> [CreditSubject: [CreditApproval]] {
        let rows = try transaction.query(
            """
            select distinct k.kind, k.identifier, l.source, l.line_id, l.amount, l.currency, l.valid_from, l.valid_to
            from unnest(\(subjects.map(\.kind.rawValue)), \(subjects.map(\.identifier)), \(parties.map(\.source)),
                \(parties.map { $0.customer ?? "" })) as k(kind, identifier, source, code)
            cross join lateral (
                select l.* from credit_line l where k.kind = 'group' and l.group_id = k.identifier
                union all
                select l.* from credit_line l
                where k.kind = 'customer' and l.customer_source = k.source and l.customer_code = k.code
                union all
                select l.* from account a join credit_line l on l.customer_source = a.source and l.customer_code = a.code
                where k.kind = 'customer' and a.customer_id = k.identifier
            ) l
            where l.kind = 'override'
            """, as: ApprovalOfSubject.self)
        var found: [CreditSubject: [CreditApproval]] = [:]
        for row in rows {
            guard let subject = row.subject else { continue }
            found[subject, default: []].append(row.approval)
        }
        return found
    }

    /// An override as it stands in the table, with whom it is of.
    private struct ApprovalOfSubject: PostgresRow {
        /// `nil` when it is of a kind that only a later release knows.
        let subject: CreditSubject?
        let approval: CreditApproval

        init(row: inout RowReader) throws(PostgresError) {
            let identifier = try row("identifier", as: String.self)
            subject = CreditSubject.Kind(rawValue: try row("kind")).map {
                CreditSubject(kind: $0, identifier: identifier)
            }
            approval = CreditApproval(
                key: LedgerKey(source: try row("source"), identifier: try row("line_id")), amount: try row("amount"),
                currency: try row("currency"), from: try row("valid_from"), to: try row("valid_to"))
        }
    }

    /// The states that customers were found in last; lifts do not count.
    static func stored(
        _ customers: Set<String>, _ transaction: borrowing Transaction
    ) throws -> [String: CreditState] {
        let rows = try transaction.query(
            "select customer_id, state from credit_standing where customer_id = any(\(customers.sorted()))",
            as: (String, String).self)
        return Dictionary(
            rows.map { ($0.0, CreditState(rawValue: $0.1) ?? .ok) }, uniquingKeysWith: { first, _ in first })
    }

    /// Writes the states that customers were found in.
    static func put(
        _ changed: [(customerId: String, state: CreditState, reason: String)], at time: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        guard !changed.isEmpty else { return }
        try transaction.queue(
            """
            insert into credit_standing (customer_id, state, reason, since)
            select id, state, reason, \(PostgresValue.timestamp(time.description)) from unnest(
                \(changed.map(\.customerId)), \(changed.map(\.state.rawValue)), \(changed.map(\.reason)))
                as t(id, state, reason)
            on conflict (customer_id) do update set
                state = excluded.state, reason = excluded.reason, since = excluded.since
            """)
    }

    /// Which customers some accounts and groups are, as far as they have a limit of their own or of a group.
    static func limited(
        among parties: [CreditParty], _ transaction: borrowing Transaction
    ) throws -> Set<String> {
        guard !parties.isEmpty else { return [] }
        return Set(
            try transaction.query(
                """
                select m.customer_id
                from (
                    select a.customer_id
                    from unnest(\(parties.map(\.source)), \(parties.map { $0.customer ?? "" })) as k(source, code)
                    join account a using (source, code)
                    union
                    select a.customer_id from unnest(\(parties.map { $0.group ?? "" })) as k(group_id)
                    join credit_group_member g using (group_id)
                    join account a on a.source = g.source and a.code = g.customer_code
                ) m
                where exists (
                    select from account a join credit_line l on l.customer_source = a.source and l.customer_code = a.code
                    where a.customer_id = m.customer_id)
                or exists (
                    select from account a
                    join credit_group_member g on g.source = a.source and g.customer_code = a.code
                    join credit_line l on l.group_id = g.group_id
                    where a.customer_id = m.customer_id)
                """, as: String.self))
    }

    /// All customers that have a limit, of their own or of their group.
    static func limited(_ transaction: borrowing Transaction) throws -> Set<String> {
        Set(
            try transaction.query(
                """
                select a.customer_id from credit_line l
                join account a on a.source = l.customer_source and a.code = l.customer_code
                union
                select a.customer_id from credit_line l join credit_group_member g on g.group_id = l.group_id
                join account a on a.source = g.source and a.code = g.customer_code
                """, as: String.self))
    }

    /// How late customers are: what is open and not disputed of their invoices after the due day.
    static func lateness(
        of customers: Set<String>, on day: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String: [(currency: Currency, overdue: FixedDecimal, days: Int)]] {
        let rows = try transaction.query(
            """
            select a.customer_id, r.currency, sum(r.amount - r.paid - d.disputed),
                (date '1970-01-01' + \(day.daysSinceEpoch) - min(r.due_day))::integer
            from account a
            join receivable r on r.customer_source = a.source and r.customer_code = a.code
            cross join lateral (
                select coalesce(sum(d.amount), 0) as disputed from dispute d
                where d.invoice_source = r.source and d.invoice_id = r.invoice_id and d.resolved_at is null
                    and \(DisputeStore.fault) is null
            ) d
            where a.customer_id = any(\(customers.sorted())) and r.settled_day is null
                and r.due_day < date '1970-01-01' + \(day.daysSinceEpoch)
                and r.amount - r.paid - d.disputed >= \(Currency.smallestUnit(of: "r.currency"))
            group by a.customer_id, r.currency
            """, as: (String, Currency, FixedDecimal, Int).self)
        var found: [String: [(currency: Currency, overdue: FixedDecimal, days: Int)]] = [:]
        for row in rows {
            found[row.0, default: []].append((row.1, row.2, row.3))
        }
        return found
    }
}

extension CreditStore.Line: PostgresRow {
    /// Reads a line that holds for a customer, of its own or of a group that it belongs to.
    init(row: inout RowReader) throws(PostgresError) {
        let customerId = try row("customer_id", as: String.self)
        let group = try row("group_id", as: String?.self)
        self.init(
            customerId: customerId,
            subject: group.map { CreditSubject(kind: .group, identifier: $0) }
                ?? CreditSubject(kind: .customer, identifier: customerId),
            isOverride: try row("kind", as: String.self) == "override",
            key: LedgerKey(source: try row("source"), identifier: try row("line_id")), amount: try row("amount"),
            currency: try row("currency"), from: try row("valid_from"),
            decidedAt: try row("decided_at", as: Timestamp.self).microsecondsSinceEpoch)
    }
}
