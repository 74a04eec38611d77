package import Contracts
import Domain
package import Postgres

/// Whose each account is, as the customer service last said: what a service keeps of it in its own table `account`
/// (source, code, customer_id, and of name, branch and sales_owner what it needs).
///
/// An account goes to another customer with a higher revision of its homing, and its customer's record changes with a
/// higher revision of the record. Both are kept in one number, the homing before the record, and the highest stays in
/// whatever order the messages arrive. Revisions are at most 1,000,000,000 by contract, so that the number always fits.
public struct AccountReplica: Sendable {
    /// What a service may keep of an account's customer. What a record does not say stays as it was said before; only branch
    /// and owner of a customer of which sales has said who looks after it are always as the record says.
    public enum Column: String, Sendable {
        /// The customer's name.
        case name
        /// The branch that serves it.
        case branch
        /// The login of who sells to it.
        case salesOwner = "sales_owner"
    }

    private let columns: [Column]
    private let revision: String

    /// - Parameters:
    ///   - columns: what the table keeps besides whose the account is.
    ///   - revision: the column of the number, a `bigint`.
    public init(keeping columns: [Column], revision: String = "revision") {
        self.columns = columns
        self.revision = revision
    }

    /// What keeps the table: customers as they are registered and as they change.
    package var handlers: [Handler] {
        [
            .on(CustomerRegistered.self) { messages, transaction, _ in
                try put(messages.map(\.body.record), transaction)
            },
            .on(CustomerChanged.self) { messages, transaction, _ in
                try put(messages.map(\.body.record), transaction)
            },
        ]
    }

    /// Who sees an account: who looks after it, and where it is looked after now.
    package var table: ScopedTable {
        ScopedTable(
            "account",
            .owned(
                owner: columns.contains(.salesOwner) ? "t.sales_owner" : nil,
                branch: columns.contains(.branch) ? "t.branch" : nil, day: nil))
    }

    /// Who looks after the account of a row and where, as expressions: NULL for what is not kept.
    ///
    /// - Parameter row: what the statement calls the row.
    package func home(_ row: String) -> (owner: SQL, branch: SQL) {
        (
            columns.contains(.salesOwner) ? "\(unsafe: row).sales_owner" : "null::text",
            columns.contains(.branch) ? "\(unsafe: row).branch" : "null::text"
        )
    }

    /// Whose customers and accounts are that people act upon: a customer is of each of its accounts.
    package var subjects: [ActSubject: SQL] {
        let (owner, branch) = home("a")
        return [
            .customer: """
            select n.source, n.identifier, \(owner), \(branch), null::date, null::text
            from named n join account a on a.customer_id = n.identifier
            """,
            .account: """
            select n.source, n.identifier, \(owner), \(branch), null::date, null::text
            from named n join account k on k.source = n.source and k.code = n.identifier
            join account a on a.customer_id = k.customer_id
            """,
        ]
    }

    /// The step of a schema that makes the table. For a service that has none yet: one that has keeps its own.
    ///
    /// - Parameter number: its place among the service's migrations.
    package func migration(_ number: Int) -> Migration {
        let names = columns.map { "    \($0.rawValue) text,\n" }.joined()
        return Migration(
            number: number, name: "account",
            sql: """
                create table account (
                    source text not null,
                    code text not null,
                    customer_id text not null,
                \(names)    \(revision) bigint not null,
                    primary key (source, code)
                );
                create index account_customer on account (customer_id);
                """)
    }

    /// Takes over what is newer than what is known. Queued: it runs before whatever is asked next.
    package func put(_ records: [CustomerRecord], _ transaction: borrowing Transaction) throws(PostgresError) {
        let rows = Self.latest(records)
        guard !rows.isEmpty else { return }
        var names = ""
        var values: SQL = ""
        var changes = ""
        for column in columns {
            names += ", \(column.rawValue)"
            let texts = rows.map { $0.record[keyPath: column.path] }
            values = "\(values), \(texts)"
            changes += ", \(column.rawValue) = coalesce(excluded.\(column.rawValue), account.\(column.rawValue))"
        }
        try transaction.queue(
            """
            insert into account (source, code, customer_id, \(unsafe: revision)\(unsafe: names))
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.code)), \(rows.map(\.record.customerId)),
                \(rows.map(\.revision))\(values))
            on conflict (source, code) do update set
                customer_id = excluded.customer_id, \(unsafe: revision) = excluded.\(unsafe: revision)\(unsafe: changes)
            where excluded.\(unsafe: revision) > account.\(unsafe: revision)
            """)
        try putHome(rows.filter { $0.record.byRecord != nil }, transaction)
    }

    /// Takes branch and owner as records say them, also that there is nobody, where these records are what is known.
    private func putHome(_ rows: [Row], _ transaction: borrowing Transaction) throws(PostgresError) {
        for column in columns where column != .name {
            let nobody = rows.filter { $0.record[keyPath: column.path] == nil }
            guard !nobody.isEmpty else { continue }
            try transaction.queue(
                """
                update account a set \(unsafe: column.rawValue) = null
                from unnest(
                    \(nobody.map(\.key.source)), \(nobody.map(\.key.code)), \(nobody.map(\.revision)))
                    as k(source, code, revision)
                where a.source = k.source and a.code = k.code and a.\(unsafe: revision) = k.revision
                """)
        }
    }

    struct Row {
        let key: AccountKey
        let record: CustomerRecord
        let revision: Int64
    }

    /// Of each account the last word, in the order of the keys, so that two batches cannot deadlock.
    static func latest(_ records: [CustomerRecord]) -> [Row] {
        records.flatMap { record in
            record.accounts.map { homing in
                Row(
                    key: AccountKey(source: homing.source, code: homing.code), record: record,
                    revision: Int64(homing.revision) * 1_000_000_000 + Int64(record.revision))
            }
        }.onePerKey(\.key, replaces: { $0.revision > $1.revision }).map(\.value)
    }
}

extension AccountReplica.Column {
    fileprivate var path: KeyPath<CustomerRecord, String?> {
        switch self {
        case .name: \.name
        case .branch: \.branch
        case .salesOwner: \.salesOwner
        }
    }
}
