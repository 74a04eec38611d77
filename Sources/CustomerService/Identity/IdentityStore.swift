import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of accounts, customers, and what was said of them.
enum IdentityStore {
    /// What is known of some accounts.
    static func accounts(
        _ keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: Account] {
        guard !keys.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select a.source, a.code, a.customer_id, a.homing_revision, a.name, a.credit_code, a.branch, a.sales_owner,
                a.said_at, a.first_at, a.identity_code, a.report_digest, a.own_id, a.reported_branch, a.reported_at,
                a.is_told, a.told_branch, a.told_sales_owner
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join account a using (source, code)
            """, as: StoredAccount.self)
        return Dictionary(rows.map { ($0.account.key, $0.account) }) { first, _ in first }
    }

    /// An account as it stands in the table.
    private struct StoredAccount: PostgresRow {
        let account: Account

        init(row: inout RowReader) throws(PostgresError) {
            let saidAt: Int64 = try row("said_at")
            let reportedBranch: String? = try row("reported_branch")
            let reportedAt: Int64? = try row("reported_at")
            var report: AccountHome.Report?
            if let reportedBranch, let reportedAt {
                report = AccountHome.Report(
                    branch: reportedBranch, saidAt: Timestamp(microsecondsSinceEpoch: reportedAt))
            }
            let told = HomeWord(branch: try row("told_branch"), salesOwner: try row("told_sales_owner"))
            account = Account(
                fact: AccountFact(
                    source: try row("source"), code: try row("code"), name: try row("name"),
                    creditCode: try row("credit_code"), branch: try row("branch"), salesOwner: try row("sales_owner"),
                    saidAt: Timestamp(microsecondsSinceEpoch: saidAt)),
                customerId: try row("customer_id"), homingRevision: try row("homing_revision"),
                firstAt: try row("first_at"), identityCode: try row("identity_code"),
                reportDigest: try row("report_digest"), report: report,
                told: try row("is_told") ? told : nil, ownId: try row("own_id"))
        }
    }

    /// Lets nobody else decide who is who until the transaction ends. News of that is rare, so one lock for all of it
    /// costs less than telling apart what may touch what.
    static func lock(_ transaction: borrowing Transaction) throws {
        // Its number is older than KeyLock, and a copy of the release before must wait for us.
        try transaction.queue("select pg_advisory_xact_lock(hashtextextended(current_schema(), 20260105))")
    }

    static func put(_ accounts: [Account], _ transaction: borrowing Transaction) throws {
        guard !accounts.isEmpty else { return }
        try transaction.queue(
            """
            insert into account (source, code, customer_id, homing_revision, name, credit_code, branch, sales_owner,
                said_at, first_at, identity_code, report_digest, own_id, reported_branch, reported_at, is_told,
                told_branch, told_sales_owner)
            select * from unnest(
                \(accounts.map(\.fact.source)), \(accounts.map(\.fact.code)), \(accounts.map(\.customerId)),
                \(accounts.map { Int32($0.homingRevision) }), \(accounts.map(\.fact.name)),
                \(accounts.map(\.fact.creditCode)), \(accounts.map(\.fact.branch)),
                \(accounts.map(\.fact.salesOwner)), \(accounts.map(\.fact.saidAt.microsecondsSinceEpoch)),
                \(accounts.map(\.firstAt)), \(accounts.map(\.identityCode)), \(accounts.map(\.reportDigest)),
                \(accounts.map(\.ownId)), \(accounts.map { $0.report?.branch }),
                \(accounts.map { $0.report?.saidAt.microsecondsSinceEpoch }),
                \(accounts.map { $0.told != nil }), \(accounts.map { $0.told?.branch }),
                \(accounts.map { $0.told?.salesOwner }))
            on conflict (source, code) do update set
                customer_id = excluded.customer_id, homing_revision = excluded.homing_revision,
                name = excluded.name, credit_code = excluded.credit_code, branch = excluded.branch,
                sales_owner = excluded.sales_owner, said_at = excluded.said_at, first_at = excluded.first_at,
                identity_code = excluded.identity_code, report_digest = excluded.report_digest,
                reported_branch = excluded.reported_branch, reported_at = excluded.reported_at,
                is_told = excluded.is_told, told_branch = excluded.told_branch,
                told_sales_owner = excluded.told_sales_owner
            """)
    }

    /// Customers by their identifiers.
    static func customers(_ ids: [String], _ transaction: borrowing Transaction) throws -> [String: Customer] {
        guard !ids.isEmpty else { return [:] }
        let rows = try transaction.query(
            """
            select customer_id, revision, (extract(epoch from founded_at) * 1000000)::bigint as founded, name,
                credit_code, branch, sales_owner, merged_into, is_told, record_branch, record_sales_owner
            from customer where customer_id = any(\(ids))
            """, as: StoredCustomer.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.customer.customerId, $0.customer) })
    }

    /// A customer as it stands in the table.
    private struct StoredCustomer: PostgresRow {
        let customer: Customer

        init(row: inout RowReader) throws(PostgresError) {
            let byRecord = HomeWord(branch: try row("record_branch"), salesOwner: try row("record_sales_owner"))
            customer = Customer(
                customerId: try row("customer_id"), revision: try row("revision"), foundedAt: try row("founded"),
                name: try row("name"), creditCode: try row("credit_code"), branch: try row("branch"),
                salesOwner: try row("sales_owner"), mergedInto: try row("merged_into"),
                byRecord: try row("is_told") ? byRecord : nil)
        }
    }

    static func put(_ customers: [Customer], now: Timestamp, _ transaction: borrowing Transaction) throws {
        guard !customers.isEmpty else { return }
        try transaction.queue(
            """
            insert into customer (customer_id, revision, founded_at, name, credit_code, branch, sales_owner,
                merged_into, changed_at, is_told, record_branch, record_sales_owner)
            select customer_id, revision, timestamptz 'epoch' + founded * interval '1 microsecond', name,
                credit_code, branch, sales_owner, merged_into, \(PostgresValue.timestamp(now.description)), is_told,
                record_branch, record_sales_owner
            from unnest(
                \(customers.map(\.customerId)), \(customers.map { Int32($0.revision) }),
                \(customers.map(\.foundedAt)), \(customers.map(\.name)), \(customers.map(\.creditCode)),
                \(customers.map(\.branch)), \(customers.map(\.salesOwner)), \(customers.map(\.mergedInto)),
                \(customers.map { $0.byRecord != nil }), \(customers.map { $0.byRecord?.branch }),
                \(customers.map { $0.byRecord?.salesOwner }))
                as t(customer_id, revision, founded, name, credit_code, branch, sales_owner, merged_into, is_told,
                    record_branch, record_sales_owner)
            on conflict (customer_id) do update set
                revision = excluded.revision, founded_at = excluded.founded_at, name = excluded.name,
                credit_code = excluded.credit_code, branch = excluded.branch, sales_owner = excluded.sales_owner,
                merged_into = excluded.merged_into, changed_at = excluded.changed_at,
                is_told = excluded.is_told, record_branch = excluded.record_branch,
                record_sales_owner = excluded.record_sales_owner
            """)
    }

    /// Writes down to whom accounts belong from now on.
    static func remember(
        _ moved: [Account], decisionId: String?, now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        guard !moved.isEmpty else { return }
        try transaction.queue(
            """
            insert into membership (source, code, homing_revision, customer_id, from_at, decision_id)
            select t.*, \(PostgresValue.timestamp(now.description)), \(decisionId) from unnest(
                \(moved.map(\.key.source)), \(moved.map(\.key.code)), \(moved.map { Int32($0.homingRevision) }),
                \(moved.map(\.customerId))) as t
            """)
    }

    /// Writes down what was said of who accounts are.
    ///
    /// - Returns: the accounts of which something was said that was not known, or at another time; those in `new` have
    ///   a value that they never had.
    static func say(
        _ values: [IdentityValue], _ transaction: borrowing Transaction
    ) throws -> (changed: Set<AccountKey>, new: Set<AccountKey>) {
        guard !values.isEmpty else { return ([], []) }
        let rows = try transaction.query(
            """
            insert into identity_value as v (source, code, field, digest, value, channel, first_at, last_at, fault)
            select source, code, field, md5(value), value, channel, first_at, last_at, fault from unnest(
                \(values.map(\.key.source)), \(values.map(\.key.code)), \(values.map(\.field.rawValue)),
                \(values.map(\.value)), \(values.map(\.channel.rawValue)), \(values.map(\.firstAt)),
                \(values.map(\.lastAt)), \(values.map(\.fault)))
                as t(source, code, field, value, channel, first_at, last_at, fault)
            on conflict (source, code, field, digest) do update set
                first_at = least(v.first_at, excluded.first_at), last_at = greatest(v.last_at, excluded.last_at),
                channel = greatest(v.channel, excluded.channel)
            where v.first_at > excluded.first_at or v.last_at < excluded.last_at or v.channel < excluded.channel
            returning source, code, xmax = 0
            """, as: (String, String, Bool).self)
        var (changed, new): (Set<AccountKey>, Set<AccountKey>) = ([], [])
        for row in rows {
            let key = AccountKey(source: row.0, code: row.1)
            changed.insert(key)
            if row.2 { new.insert(key) }
        }
        return (changed, new)
    }

    /// What was ever said of who some accounts are.
    static func values(
        _ keys: [AccountKey], field: IdentityField? = nil, _ transaction: borrowing Transaction
    ) throws -> [IdentityValue] {
        guard !keys.isEmpty else { return [] }
        return try transaction.query(
            """
            select v.source, v.code, v.field, v.value, v.channel, v.first_at, v.last_at, v.fault
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join identity_value v using (source, code)
            where \(field?.rawValue)::text is null or v.field = \(field?.rawValue)
            order by v.source, v.code, v.field, v.digest
            """, as: StoredValue.self
        ).compactMap(\.value)
    }

    /// A value as it stands in the table; `nil` when a later release has written what this one does not know.
    private struct StoredValue: PostgresRow {
        let value: IdentityValue?

        init(row: inout RowReader) throws(PostgresError) {
            let key = AccountKey(source: try row("source"), code: try row("code"))
            guard let field = IdentityField(rawValue: try row("field")),
                let channel = Channel(rawValue: try row("channel"))
            else {
                value = nil
                return
            }
            value = IdentityValue(
                key: key, field: field, value: try row("value"), channel: channel, firstAt: try row("first_at"),
                lastAt: try row("last_at"), fault: try row("fault"))
        }
    }

    /// Keeps contradictions for a person to look at: accounts with several valid credit codes.
    ///
    /// - Returns: those that were not kept before, each with what names it.
    static func report(
        _ contradictions: [(account: Account, codes: [String])], now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [(account: Account, reviewId: String, codes: [String])] {
        guard !contradictions.isEmpty else { return [] }
        let details = contradictions.map { account, codes in
            "account \(account.key.description) names the credit codes \(codes.joined(separator: " and "))"
        }
        let identifiers = zip(contradictions, details).map { StableIdentifier.of("review", $0.0.account.ownId, $0.1) }
        let new = try transaction.query(
            """
            insert into review (review_id, customer_id, reason, detail, opened_at)
            select t.id, t.customer_id, \(Reason.contradictoryIdentifiers.rawValue), t.detail,
                \(PostgresValue.timestamp(now.description))
            from unnest(\(identifiers), \(contradictions.map(\.account.ownId)), \(details))
                as t(id, customer_id, detail)
            on conflict do nothing returning review_id
            """, as: String.self)
        let fresh = Set(new)
        return zip(contradictions, identifiers).filter { fresh.contains($0.1) }.map { ($0.0.account, $0.1, $0.0.codes) }
    }

    /// The accounts that have some valid credit codes; of one code at most twenty.
    static func holding(
        _ codes: [(key: AccountKey, code: String)], _ transaction: borrowing Transaction
    ) throws -> [(key: AccountKey, other: AccountKey)] {
        guard !codes.isEmpty else { return [] }
        return try transaction.query(
            """
            select k.source, k.code, a.source, a.code
            from unnest(\(codes.map(\.key.source)), \(codes.map(\.key.code)), \(codes.map(\.code)))
                as k(source, code, credit)
            cross join lateral (select source, code from account where identity_code = k.credit limit 20) a
            """, as: (String, String, String, String).self
        ).map { (AccountKey(source: $0.0, code: $0.1), AccountKey(source: $0.2, code: $0.3)) }
    }

    /// Counts orders of lines of business that nobody knows, each as often as it is there.
    static func countUnknown(lines: [String], _ transaction: borrowing Transaction) throws {
        guard !lines.isEmpty else { return }
        try transaction.queue(
            """
            insert into unknown_line (business_line, orders)
            select line, count(*) from unnest(\(lines)) as t(line) group by line order by line
            on conflict (business_line) do update set orders = unknown_line.orders + excluded.orders
            """)
    }

    static func countUnknown(_ branches: [String: Int], _ transaction: borrowing Transaction) throws {
        let sorted = branches.sorted { $0.key < $1.key }
        guard !sorted.isEmpty else { return }
        try transaction.queue(
            """
            insert into unknown_branch (branch, orders)
            select * from unnest(\(sorted.map(\.key)), \(sorted.map(\.value)))
            on conflict (branch) do update set orders = unknown_branch.orders + excluded.orders
            """)
    }
}
