import Contracts
import Domain
import Postgres
import ServiceKit

/// How a customer stands in a line of business when one of its orders is decided.
struct BusinessStanding: Sendable {
    let customerId: String
    /// Whether the account was there; a new one is written down with our own guess of its customer.
    let isAccountKnown: Bool
    let state: AcceptanceState
    /// Whether somebody has set it, above what the figures say.
    let isSet: Bool
    let figures: AcceptanceFigures?
}

/// A customer's business in one line, whatever its accounts: what an override is granted for.
struct CustomerBusiness: Hashable, Sendable {
    let customerId: String
    let businessLine: String

    /// Whether both are the same byte for byte, as the database has it.
    static func == (first: CustomerBusiness, second: CustomerBusiness) -> Bool {
        first.customerId.hasSameBytes(as: second.customerId)
            && first.businessLine.hasSameBytes(as: second.businessLine)
    }
}

/// The SQL of acceptance: standings and overrides.
enum StandingStore {
    /// Asks how the customers of a batch stand, by account and line of business.
    ///
    /// - Returns: what reads the answer.
    static func ask(
        of keys: Set<BusinessKey>, on day: CalendarDay, window: @escaping (CalendarDay) -> FigureWindow,
        _ transaction: borrowing Transaction
    ) throws -> () throws -> [BusinessKey: BusinessStanding] {
        let keys = Array(keys)
        let guesses = keys.map { AccountIdentifier.customer(source: $0.source, code: $0.code) }
        let answer = try transaction.ask(
            """
            select k.place - 1 as place, coalesce(a.customer_id, k.guess) as customer_id,
                a.source is not null as is_account_known, s.state, s.orders, s.revenue, s.cost, s.currency,
                s.evaluated_day, p.level, s.rule, s.upper_rate, s.pooled_rate
            from unnest(\(keys.map(\.source)), \(keys.map(\.code)), \(keys.map(\.businessLine)), \(guesses))
                with ordinality as k(source, code, business_line, guess, place)
            left join account a on a.source = k.source and a.code = k.code
            left join standing s on s.customer_id = coalesce(a.customer_id, k.guess)
                and s.business_line = k.business_line
            left join lateral (
                -- Of what was set for customers that are one now, the strictest counts.
                select p.level from acceptance_setting p
                where p.business_line = k.business_line
                    and \(PostgresValue.date(day.description)) between p.valid_from and p.valid_to
                    and p.customer_id in (
                        select k.guess union all select n.own_id from account n where n.customer_id = a.customer_id)
                order by case p.level when 'stopped' then 0 when 'needs-approval' then 1 else 2 end limit 1
            ) p on true
            """, as: StoredStanding.self)
        return {
            var found: [BusinessKey: BusinessStanding] = [:]
            for row in try answer.rows() {
                found[keys[row.place]] = BusinessStanding(
                    customerId: row.customerId, isAccountKnown: row.isAccountKnown,
                    state: row.level?.state ?? row.state ?? .open, isSet: row.level != nil,
                    figures: row.evaluated.map { $0.figures.inMessage(window($0.day), judged: row.judged) })
            }
            return found
        }
    }

    /// How a customer's business stands in the tables.
    private struct StoredStanding: PostgresRow {
        let place: Int
        let customerId: String
        let isAccountKnown: Bool
        let state: AcceptanceState?
        let level: AcceptanceLevel?
        /// `nil` when it was not evaluated yet.
        let evaluated: (figures: WindowFigures, day: CalendarDay)?
        let judged: WindowFigures.Judged

        init(row: inout RowReader) throws(PostgresError) {
            place = try row("place")
            customerId = try row("customer_id")
            isAccountKnown = try row("is_account_known")
            state = try row("state", as: String?.self).flatMap(AcceptanceState.init(rawValue:))
            level = try row("level", as: String?.self).flatMap(AcceptanceLevel.init(rawValue:))
            judged = WindowFigures.Judged(
                rule: try row("rule"), upperRate: try row("upper_rate"), pooledRate: try row("pooled_rate"))
            if let orders = try row("orders", as: Int?.self),
                let revenue = try row("revenue", as: FixedDecimal?.self),
                let cost = try row("cost", as: FixedDecimal?.self),
                let currency = try row("currency", as: Currency?.self),
                let day = try row("evaluated_day", as: CalendarDay?.self)
            {
                evaluated = (WindowFigures(orders: orders, revenue: revenue, cost: cost, currency: currency), day)
            } else {
                evaluated = nil
            }
        }
    }

    /// Writes accounts down that no customer event has named yet, with our own guess.
    static func addAccounts(
        _ accounts: [(key: BusinessKey, customerId: String, branch: String, salesOwner: String?)],
        _ transaction: borrowing Transaction
    ) throws {
        guard !accounts.isEmpty else { return }
        try transaction.queue(
            """
            insert into account (source, code, customer_id, branch, sales_owner, revision)
            select source, code, customer_id, branch, sales_owner, 0
            from unnest(
                \(accounts.map(\.key.source)), \(accounts.map(\.key.code)), \(accounts.map(\.customerId)),
                \(accounts.map(\.branch)), \(accounts.map(\.salesOwner)))
                as t(source, code, customer_id, branch, sales_owner)
            order by source, code
            on conflict do nothing
            """)
    }

    /// The overrides of some customers' business, locked, so that two orders cannot both use the last of one.
    ///
    /// - Parameter isAsking: whether nothing is going to be used, so that nobody has to wait.
    static func overrides(
        _ keys: Set<CustomerBusiness>, isAsking: Bool = false, _ transaction: borrowing Transaction
    ) throws -> [CustomerBusiness: [AcceptanceOverride]] {
        guard !keys.isEmpty else { return [:] }
        let lock: SQL = isAsking ? "" : "for update of o"
        let rows = try transaction.query(
            """
            select k.customer_id, k.business_line, o.override_id, o.valid_from, o.valid_to, o.cap, o.currency, o.used
            from unnest(\(keys.map(\.customerId)), \(keys.map(\.businessLine))) as k(customer_id, business_line)
            cross join lateral (
                select k.customer_id as name
                union select n.own_id from account n where n.customer_id = k.customer_id) as names
            join acceptance_override o on o.customer_id = names.name and o.business_line = k.business_line
            order by o.override_id \(lock)
            """, as: StoredOverride.self)
        var found: [CustomerBusiness: [AcceptanceOverride]] = [:]
        for row in rows { found[row.business, default: []].append(row.override) }
        return found
    }

    /// An override as it stands in the table, with the business that asked for it.
    private struct StoredOverride: PostgresRow {
        let business: CustomerBusiness
        let override: AcceptanceOverride

        init(row: inout RowReader) throws(PostgresError) {
            business = CustomerBusiness(customerId: try row("customer_id"), businessLine: try row("business_line"))
            override = try AcceptanceOverride(row: &row)
        }
    }

    /// Writes what is used of overrides.
    static func setUsed(_ overrides: [AcceptanceOverride], _ transaction: borrowing Transaction) throws {
        guard !overrides.isEmpty else { return }
        try transaction.queue(
            """
            update acceptance_override o set used = t.used
            from unnest(
                \(overrides.map(\.identifier)), \(overrides.map(\.used)))
                as t(override_id, used)
            where o.override_id = t.override_id
            """)
    }
}
