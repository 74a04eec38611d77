import Contracts
import Domain
import Postgres
import ServiceKit

/// What is kept of something that is said in revisions: which one holds, and its content in short.
struct KnownRevision: Sendable, Equatable {
    var revision: Int
    var fingerprint: String
}

/// The SQL of assignments and handovers as they are said.
enum OwnershipStore {
    // MARK: Assignments

    /// Which revisions of some assignments hold, locked until the transaction ends, with the accounts they are about.
    static func lock(
        _ keys: Set<AssignmentKey>, _ transaction: borrowing Transaction
    ) throws -> [AssignmentKey: (known: KnownRevision, account: AccountKey)] {
        let sorted = keys.sorted()
        try KeyLock.lock("ownership assignments", sorted, transaction)
        let rows = try transaction.query(
            """
            select source, assignment_id, revision, fingerprint, customer_source, customer_code
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, assignment_id)
            join ownership_assignment a using (source, assignment_id)
            order by source, assignment_id for update of a
            """, as: StoredAssignment.self)
        return Dictionary(rows.map { ($0.key, ($0.known, $0.account)) }) { first, _ in first }
    }

    private struct StoredAssignment: PostgresRow {
        let key: AssignmentKey
        let known: KnownRevision
        let account: AccountKey

        init(row: inout RowReader) throws(PostgresError) {
            key = AssignmentKey(source: try row("source"), identifier: try row("assignment_id"))
            known = KnownRevision(revision: try row("revision"), fingerprint: try row("fingerprint"))
            account = AccountKey(source: try row("customer_source"), code: try row("customer_code"))
        }
    }

    /// Writes assignments as their highest revision says.
    static func put(
        _ assignments: [(message: Received<OwnershipAssigned>, fingerprint: String)],
        _ transaction: borrowing Transaction
    ) throws {
        guard !assignments.isEmpty else { return }
        let rows = assignments.sorted { $0.message.assignment < $1.message.assignment }
        let bodies = rows.map(\.message.body)
        let accounts = rows.map(\.message.account)
        try transaction.queue(
            """
            insert into ownership_assignment (source, assignment_id, revision, fingerprint, customer_source,
                customer_code, business_line, from_day, until_day, branch, is_withdrawn, reason, said_by, assigned_at)
            select * from unnest(
                \(rows.map(\.message.envelope.source)), \(bodies.map(\.assignmentId)),
                \(bodies.map { Int32($0.revision) }), \(rows.map(\.fingerprint)), \(accounts.map(\.source)),
                \(accounts.map(\.code)), \(bodies.map(\.businessLine)), \(bodies.map(\.from)), \(bodies.map(\.until)),
                \(bodies.map(\.branch)), \(bodies.map { $0.withdrawn ?? false }), \(bodies.map(\.reason)),
                \(bodies.map(\.by)), \(bodies.map(\.assignedAt)))
            on conflict (source, assignment_id) do update set
                revision = excluded.revision, fingerprint = excluded.fingerprint,
                customer_source = excluded.customer_source, customer_code = excluded.customer_code,
                business_line = excluded.business_line, from_day = excluded.from_day, until_day = excluded.until_day,
                branch = excluded.branch, is_withdrawn = excluded.is_withdrawn, reason = excluded.reason,
                said_by = excluded.said_by, assigned_at = excluded.assigned_at
            """)
        try transaction.queue(
            """
            delete from ownership_share s
            using unnest(\(rows.map(\.message.envelope.source)), \(bodies.map(\.assignmentId))) as k(source, id)
            where s.source = k.source and s.assignment_id = k.id
            """)
        let shares = rows.flatMap { row in row.message.body.owners.map { (key: row.message.assignment, share: $0) } }
        try transaction.queue(
            """
            insert into ownership_share (source, assignment_id, login, share)
            select * from unnest(
                \(shares.map(\.key.source)), \(shares.map(\.key.identifier)), \(shares.map(\.share.login)),
                \(shares.map(\.share.share)))
            """)
    }

    // MARK: Handovers

    /// Which revisions of some handovers hold, locked until the transaction ends, with what they were about.
    static func lock(
        _ keys: Set<HandoverKey>, _ transaction: borrowing Transaction
    ) throws -> [HandoverKey: (known: KnownRevision, fromLogin: String)] {
        let sorted = keys.sorted()
        try KeyLock.lock("ownership handovers", sorted, transaction)
        let rows = try transaction.query(
            """
            select source, handover_id, revision, fingerprint, from_login
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, handover_id)
            join ownership_handover h using (source, handover_id)
            order by source, handover_id for update of h
            """, as: StoredHandover.self)
        return Dictionary(rows.map { ($0.key, ($0.known, $0.fromLogin)) }) { first, _ in first }
    }

    private struct StoredHandover: PostgresRow {
        let key: HandoverKey
        let known: KnownRevision
        let fromLogin: String

        init(row: inout RowReader) throws(PostgresError) {
            key = HandoverKey(source: try row("source"), identifier: try row("handover_id"))
            known = KnownRevision(revision: try row("revision"), fingerprint: try row("fingerprint"))
            fromLogin = try row("from_login")
        }
    }

    /// Writes handovers as their highest revision says.
    static func put(
        _ handovers: [(message: Received<OwnershipHandedOver>, fingerprint: String)],
        _ transaction: borrowing Transaction
    ) throws {
        guard !handovers.isEmpty else { return }
        let rows = handovers.sorted { $0.message.handover < $1.message.handover }
        let bodies = rows.map(\.message.body)
        try transaction.queue(
            """
            insert into ownership_handover (source, handover_id, revision, fingerprint, from_login, to_login, is_whole,
                from_day, until_day, is_withdrawn, reason, said_by, handed_at)
            select * from unnest(
                \(rows.map(\.message.envelope.source)), \(bodies.map(\.handoverId)),
                \(bodies.map { Int32($0.revision) }), \(rows.map(\.fingerprint)), \(bodies.map(\.fromLogin)),
                \(bodies.map(\.toLogin)), \(bodies.map(\.customers.isEmpty)), \(bodies.map(\.from)),
                \(bodies.map(\.until)), \(bodies.map { $0.withdrawn ?? false }), \(bodies.map(\.reason)),
                \(bodies.map(\.by)), \(bodies.map(\.handedOverAt)))
            on conflict (source, handover_id) do update set
                revision = excluded.revision, fingerprint = excluded.fingerprint, from_login = excluded.from_login,
                to_login = excluded.to_login, is_whole = excluded.is_whole, from_day = excluded.from_day,
                until_day = excluded.until_day, is_withdrawn = excluded.is_withdrawn, reason = excluded.reason,
                said_by = excluded.said_by, handed_at = excluded.handed_at
            """)
        try transaction.queue(
            """
            delete from ownership_handover_customer c
            using unnest(\(rows.map(\.message.envelope.source)), \(bodies.map(\.handoverId))) as k(source, id)
            where c.source = k.source and c.handover_id = k.id
            """)
        let customers = rows.flatMap { row in
            row.message.body.customers.map { customer in
                let account: AccountKey = row.message.key(customer.code, of: customer.source)
                return (key: row.message.handover, account: account)
            }
        }
        // A source that is spelt out and one that goes without saying may name one customer twice.
        try transaction.queue(
            """
            insert into ownership_handover_customer (source, handover_id, customer_source, customer_code)
            select * from unnest(
                \(customers.map(\.key.source)), \(customers.map(\.key.identifier)),
                \(customers.map(\.account.source)), \(customers.map(\.account.code)))
            on conflict do nothing
            """)
    }

    // MARK: The customers' records

    /// Writes down what records of customers say of their owners.
    ///
    /// - Returns: the accounts of which the owner or the branch is another one by it.
    static func put(
        _ records: [CustomerRecord], _ transaction: borrowing Transaction
    ) throws -> Set<AccountKey> {
        var words: [RecordWord] = []
        for record in records {
            // Where sales has had its word, the record repeats it: what counts here is what stands below.
            let said = record.byRecord ?? RecordedHome(branch: record.branch, salesOwner: record.salesOwner)
            guard let owner = said.salesOwner else { continue }
            words += record.accounts.map { homing in
                RecordWord(
                    account: AccountKey(source: homing.source, code: homing.code),
                    said: Int64(homing.revision) * 1_000_000_000 + Int64(record.revision),
                    word: OwnershipWord(day: record.at.day(), owner: owner, branch: said.branch))
            }
        }
        guard !words.isEmpty else { return [] }
        words.sort { ($0.account, $0.said) < ($1.account, $1.said) }
        try transaction.queue(
            """
            insert into ownership_record (source, code, said, from_day, sales_owner, branch)
            select * from unnest(
                \(words.map(\.account.source)), \(words.map(\.account.code)), \(words.map(\.said)),
                \(words.map(\.word.day)), \(words.map(\.word.owner)), \(words.map(\.word.branch)))
            on conflict (source, code, said) do nothing
            """)
        // What says the same as the word before it, and no earlier day, changes nothing.
        let changed = try transaction.query(
            """
            select distinct k.source, k.code
            from unnest(
                \(words.map(\.account.source)), \(words.map(\.account.code)), \(words.map(\.said)),
                \(words.map(\.word.day)), \(words.map(\.word.owner)), \(words.map(\.word.branch)))
                as k(source, code, said, day, owner, branch)
            left join lateral (
                select r.from_day, r.sales_owner, r.branch from ownership_record r
                where r.source = k.source and r.code = k.code and r.said < k.said
                order by r.said desc limit 1
            ) b on true
            where b.sales_owner is distinct from k.owner or b.branch is distinct from k.branch or b.from_day > k.day
            """, as: (String, String).self)
        return Set(changed.map { AccountKey(source: $0.0, code: $0.1) })
    }

    private struct RecordWord {
        let account: AccountKey
        let said: Int64
        let word: OwnershipWord
    }
}

extension Received<OwnershipAssigned> {
    /// What names the assignment.
    var assignment: AssignmentKey { key(body.assignmentId, of: nil) }
    /// Whom it is about.
    var account: AccountKey { key(body.customer.code, of: body.customer.source) }
}

extension Received<OwnershipHandedOver> {
    /// What names the handover.
    var handover: HandoverKey { key(body.handoverId, of: nil) }
}
