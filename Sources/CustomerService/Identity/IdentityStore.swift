import Contracts
import Postgres
import ServiceKit

/// The SQL of accounts and customers.
enum IdentityStore {
    /// What is known of some accounts.
    static func facts(
        of keys: [AccountKey], _ transaction: borrowing Transaction
    ) throws -> [AccountKey: AccountFact] {
        let rows = try transaction.query(
            """
            select a.source, a.code, a.name, a.credit_code, a.branch, a.sales_owner, a.said_at
            from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
            join account a using (source, code)
            """, as: (String, String, String?, String?, String?, String?, Int64).self)
        var found: [AccountKey: AccountFact] = [:]
        for row in rows {
            let fact = AccountFact(
                source: row.0, code: row.1, name: row.2, creditCode: row.3, branch: row.4, salesOwner: row.5,
                saidAt: Timestamp(microsecondsSinceEpoch: row.6))
            found[fact.key] = fact
        }
        return found
    }

    /// Lets nobody else decide about the same accounts or credit codes until the transaction ends.
    static func lock(_ names: Set<String>, _ transaction: borrowing Transaction) throws {
        // In one order everywhere, so that two batches cannot wait for one another.
        _ = try transaction.execute(
            """
            select pg_advisory_xact_lock(key) from (
                select distinct hashtextextended(name, 20260105) as key from unnest(\(names.sorted())) as n(name)
                order by key
            ) as ordered
            """)
    }

    /// Everything that a decision about some accounts may touch: their customers, those that have one of the credit
    /// codes, and all accounts of these.
    static func register(
        _ keys: [AccountKey], codes: [String], now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> IdentityRegister {
        let customers = try transaction.query(
            """
            select customer_id, revision, (extract(epoch from founded_at) * 1000000)::bigint, name, credit_code, branch,
                sales_owner, merged_into
            from customer
            where customer_id = any(array(
                select customer_id from customer where credit_code = any(\(codes))
                union
                select a.customer_id from unnest(\(keys.map(\.source)), \(keys.map(\.code))) as k(source, code)
                join account a using (source, code)))
            """, as: (String, Int, Int64, String?, String?, String?, String?, String?).self
        ).map { row in
            Customer(
                customerId: row.0, revision: row.1, foundedAt: Timestamp(microsecondsSinceEpoch: row.2), name: row.3,
                creditCode: row.4, branch: row.5, salesOwner: row.6, mergedInto: row.7)
        }
        let accounts = try transaction.query(
            """
            select source, code, customer_id, homing_revision, name, credit_code, branch, sales_owner, said_at
            from account where customer_id = any(\(customers.map(\.customerId)))
            """, as: (String, String, String, Int, String?, String?, String?, String?, Int64).self
        ).map { row in
            Account(
                fact: AccountFact(
                    source: row.0, code: row.1, name: row.4, creditCode: row.5, branch: row.6, salesOwner: row.7,
                    saidAt: Timestamp(microsecondsSinceEpoch: row.8)),
                customerId: row.2, homingRevision: row.3)
        }
        return IdentityRegister(accounts: accounts, customers: customers, now: now)
    }

    static func put(_ register: IdentityRegister, now: Timestamp, _ transaction: borrowing Transaction) throws {
        let changed = register.changed.sorted().compactMap { register.customers[$0] }
        // A credit code that moves from one customer to another must be free before it is taken.
        let absorbed = changed.filter { $0.mergedInto != nil }.map(\.customerId)
        if !absorbed.isEmpty {
            try transaction.execute("update customer set credit_code = null where customer_id = any(\(absorbed))")
        }
        if !changed.isEmpty {
            try transaction.execute(
                """
                insert into customer (customer_id, revision, founded_at, name, credit_code, branch, sales_owner,
                    merged_into, changed_at)
                select customer_id, revision, timestamptz 'epoch' + founded * interval '1 microsecond', name,
                    credit_code, branch, sales_owner, merged_into, \(PostgresValue.timestamp(now.description))
                from unnest(
                    \(changed.map(\.customerId)), \(changed.map { Int32($0.revision) }),
                    \(changed.map(\.foundedAt.microsecondsSinceEpoch)), \(changed.map(\.name)),
                    \(changed.map(\.creditCode)), \(changed.map(\.branch)), \(changed.map(\.salesOwner)),
                    \(changed.map(\.mergedInto)))
                    as t(customer_id, revision, founded, name, credit_code, branch, sales_owner, merged_into)
                on conflict (customer_id) do update set
                    revision = excluded.revision, name = excluded.name, credit_code = excluded.credit_code,
                    branch = excluded.branch, sales_owner = excluded.sales_owner, merged_into = excluded.merged_into,
                    changed_at = excluded.changed_at
                """)
        }
        let accounts = register.touched.sorted().compactMap { register.accounts[$0] }
        if !accounts.isEmpty {
            try transaction.execute(
                """
                insert into account (source, code, customer_id, homing_revision, name, credit_code, branch,
                    sales_owner, said_at)
                select * from unnest(
                    \(accounts.map(\.fact.source)), \(accounts.map(\.fact.code)), \(accounts.map(\.customerId)),
                    \(accounts.map { Int32($0.homingRevision) }), \(accounts.map(\.fact.name)),
                    \(accounts.map(\.fact.creditCode)), \(accounts.map(\.fact.branch)),
                    \(accounts.map(\.fact.salesOwner)), \(accounts.map(\.fact.saidAt.microsecondsSinceEpoch)))
                on conflict (source, code) do update set
                    customer_id = excluded.customer_id, homing_revision = excluded.homing_revision,
                    name = excluded.name, credit_code = excluded.credit_code, branch = excluded.branch,
                    sales_owner = excluded.sales_owner, said_at = excluded.said_at
                """)
        }
        for contradiction in register.contradictions {
            let detail =
                "account \(contradiction.account.source)/\(contradiction.account.code) names the credit codes "
                + contradiction.codes.joined(separator: " and ")
            try transaction.execute(
                """
                insert into review (review_id, customer_id, reason, detail, opened_at)
                values (\(StableIdentifier.of("review", contradiction.customerId, detail)),
                    \(contradiction.customerId), 'contradictory-credit-codes', \(detail),
                    \(PostgresValue.timestamp(now.description)))
                on conflict do nothing
                """)
        }
    }

    static func countUnknown(_ branches: [String: Int], _ transaction: borrowing Transaction) throws {
        let sorted = branches.sorted { $0.key < $1.key }
        guard !sorted.isEmpty else { return }
        try transaction.execute(
            """
            insert into unknown_branch (branch, orders)
            select * from unnest(\(sorted.map(\.key)), \(sorted.map(\.value)))
            on conflict (branch) do update set orders = unknown_branch.orders + excluded.orders
            """)
    }
}
