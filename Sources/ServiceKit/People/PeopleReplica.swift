package import Contracts
package import Domain
package import Postgres
import Synchronization

/// Who belongs where and who may do what, as the customer service last said: what every service keeps of it by itself, in the
/// tables that the host makes. In the customer service these tables are the book: what judges writes them by the same
/// statements.
///
/// A node, a person and a policy each come as a whole with a number that only grows; in any order of arrival the highest
/// stays.
package enum PeopleReplica {
    /// What keeps the tables, in a service that the catalogue gives these messages.
    static func handlers(of service: ServiceName) -> [Handler] {
        func isReader(_ type: MessageType) -> Bool {
            Catalogue.description(of: type)?.readers.contains(service) ?? false
        }
        var handlers: [Handler] = []
        if isReader(OrganisationChanged.type) {
            handlers.append(
                Handler.on(OrganisationChanged.self) { messages, transaction, effects in
                    try put(messages.map { ($0.body.life, $0.body.revision) }, transaction)
                    effects.peopleHaveChanged()
                }.joining())
        }
        if isReader(PersonChanged.type) {
            handlers.append(
                Handler.on(PersonChanged.self) { messages, transaction, effects in
                    try put(messages.map { ($0.body.life, $0.body.revision) }, transaction)
                    effects.peopleHaveChanged()
                }.joining())
        }
        if isReader(PermissionPolicyChanged.type) {
            handlers.append(
                Handler.on(PermissionPolicyChanged.self) { messages, transaction, effects in
                    var readable: [PermissionPolicyChanged] = []
                    for message in messages {
                        do throws(Refusal) {
                            _ = try policy(PolicyText.whole(message.body.document))
                            readable.append(message.body)
                        } catch {
                            // A policy of a later release: the one before holds until this one is up to date.
                            effects.refuse(
                                message, Refusal(error.reason, path: "$.document", "\(error.path): \(error.detail)"))
                        }
                    }
                    try put(readable, transaction)
                    effects.peopleHaveChanged()
                }.joining())
        }
        return handlers
    }

    /// Lets only this transaction change what is known of people, until it ends.
    package static func lock(_ transaction: borrowing Transaction) throws(PostgresError) {
        try KeyLock.lock("people", transaction)
    }

    // MARK: Writing

    /// Takes over the nodes that are newer than what is known, each with all its days. Queued.
    package static func put(
        _ lives: [(life: NodeLife, revision: Int)], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let latest = Dictionary(lives.map { ($0.life.node, $0) }) { $0.revision < $1.revision ? $1 : $0 }
        guard !latest.isEmpty else { return }
        let keys = latest.values.sorted { $0.life.node < $1.life.node }
        let rows = keys.flatMap { key in key.life.records.map { (record: $0, revision: Int64(key.revision)) } }
        try lock(transaction)
        try transaction.queue(
            """
            delete from organisation_node o
            using unnest(\(keys.map(\.life.node)), \(keys.map { Int64($0.revision) })) as n(node, revision)
            where o.node = n.node and o.revision < n.revision
            """)
        // What is left of a node is as new, or newer.
        try transaction.queue(
            """
            insert into organisation_node
                (node, valid_from, valid_until, kind, parent, name, name_en, nature, revision)
            select n.* from unnest(
                \(rows.map(\.record.id)), \(rows.map(\.record.from)), \(rows.map(\.record.until)),
                \(rows.map(\.record.kind.rawValue)), \(rows.map(\.record.parent)),
                \(rows.map { $0.record.chineseName ?? $0.record.englishName ?? "" }),
                \(rows.map { $0.record.chineseName == nil ? nil : $0.record.englishName }),
                \(rows.map(\.record.purpose.rawValue)), \(rows.map(\.revision)))
                as n(node, valid_from, valid_until, kind, parent, name, name_en, nature, revision)
            where not exists (select from organisation_node o where o.node = n.node)
            """)
        try note(transaction)
    }

    /// Takes over the persons who are newer than what is known, each with all their days. Queued.
    package static func put(
        _ lives: [(life: PersonLife, revision: Int)], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        let latest = Dictionary(lives.map { ($0.life.login, $0) }) { $0.revision < $1.revision ? $1 : $0 }
        guard !latest.isEmpty else { return }
        let keys = latest.values.sorted { $0.life.login < $1.life.login }
        let rows = keys.flatMap { key in key.life.records.map { (record: $0, revision: Int64(key.revision)) } }
        try lock(transaction)
        try transaction.queue(
            """
            delete from organisation_person o
            using unnest(\(keys.map(\.life.login)), \(keys.map { Int64($0.revision) })) as n(login, revision)
            where o.login = n.login and o.revision < n.revision
            """)
        try transaction.queue(
            """
            insert into organisation_person
                (login, valid_from, valid_until, name, name_en, node, position, manager, external_id, revision)
            select n.* from unnest(
                \(rows.map(\.record.login)), \(rows.map(\.record.from)), \(rows.map(\.record.until)),
                \(rows.map(\.record.name)), \(rows.map(\.record.englishName)), \(rows.map(\.record.node)),
                \(rows.map(\.record.position)), \(rows.map(\.record.manager)), \(rows.map(\.record.externalId)),
                \(rows.map(\.revision)))
                as n(login, valid_from, valid_until, name, name_en, node, position, manager, external_id, revision)
            where not exists (select from organisation_person o where o.login = n.login)
            """)
        try note(transaction)
    }

    /// Takes over policies that are not known. Queued.
    package static func put(
        _ policies: [PermissionPolicyChanged], _ transaction: borrowing Transaction
    ) throws(PostgresError) {
        guard !policies.isEmpty else { return }
        try lock(transaction)
        try transaction.queue(
            """
            insert into permission_policy (version, document, set_by, set_at, reason)
            select version, document::jsonb, set_by, set_at, reason
            from unnest(
                \(policies.map { Int64($0.version) }), \(policies.map { PolicyText.whole($0.document) }),
                \(policies.map(\.by)), \(policies.map(\.setAt)), \(policies.map(\.reason)))
                as p(version, document, set_by, set_at, reason)
            on conflict (version) do nothing
            """)
        try note(transaction)
    }

    private static func note(_ transaction: borrowing Transaction) throws(PostgresError) {
        try transaction.queue("update people_mark set mark = gen_random_uuid()")
    }

    // MARK: Reading

    /// What was read last, by the mark it was read under. More than one, where one process reads several schemas.
    private static let kept = Mutex<[String: KnownPeople]>([:])
    private static let most = 8

    /// What is known of people in the schema of a transaction.
    ///
    /// Read when it has changed only: as long as it has not, it is one look at one row.
    ///
    /// - Throws: ``PostgresError``. A policy that only a later release can read is told when it is asked for.
    package static func known(_ transaction: borrowing Transaction) throws -> KnownPeople {
        while true {
            let (mark, isWhole) = try mark(transaction)
            if let known = kept.withLock({ $0[mark] }) { return known }
            let nodes = try transaction.ask(
                """
                select node, valid_from, valid_until, kind, parent, name, name_en, nature, revision
                from organisation_node
                """, as: NodeRow.self)
            let persons = try transaction.ask(
                """
                select login, valid_from, valid_until, name, name_en, node, position, manager, external_id, revision
                from organisation_person
                """, as: PersonRow.self)
            let document = try transaction.ask(
                "select document::text from permission_policy order by version desc limit 1", as: String.self)
            let known = KnownPeople(
                nodes: try nodes.rows().map { ($0.record, $0.revision) },
                persons: try persons.rows().map { ($0.record, $0.revision) },
                policy: said(try document.rows().first))
            // Each statement of a transaction may see what was committed before it.
            guard try self.mark(transaction).mark == mark else { continue }
            // What is read as somebody who does not see everything is nobody else's.
            if isWhole {
                kept.withLock { kept in
                    if kept.count >= most { kept.removeAll() }
                    kept[mark] = known
                }
            }
            return known
        }
    }

    private static func said(_ document: String?) -> Result<PermissionPolicy?, Refusal> {
        do throws(Refusal) {
            guard let document else { return .success(nil) }
            return .success(try policy(document))
        } catch {
            return .failure(error)
        }
    }

    /// The divisions and branches that count: those that are recorded, and until a branch is, those of the file.
    ///
    /// - Parameters:
    ///   - file: the organisation by the service's settings; the made-up one of the demo.
    ///   - effects: those of a batch whose handler says that it looks at people: as long as nothing has changed, it asks the database
    ///     nothing more.
    package static func organisation(
        or file: Organisation, _ transaction: borrowing Transaction, of effects: Effects? = nil
    ) throws -> Organisation {
        let unchanged = effects?.peopleMark.flatMap { mark in kept.withLock { $0[mark] } }
        let recorded = try (unchanged ?? known(transaction)).organisation
        return recorded.divisions.isEmpty ? file : recorded
    }

    /// Asks for the mark under which what is known now is kept; as the service itself, who sees all of it.
    static func askForMark(_ transaction: borrowing Transaction) throws(PostgresError) -> Answer<String> {
        try transaction.ask("select mark::text from people_mark", as: String.self)
    }

    private static func mark(
        _ transaction: borrowing Transaction
    ) throws(PostgresError) -> (mark: String, isWhole: Bool) {
        let rows = try transaction.query(
            "select mark::text, current_user = session_user from people_mark", as: (String, Bool).self)
        return rows.first.map { ($0.0, $0.1) } ?? ("", false)
    }

    /// The version of the policy that holds; 0 when none does.
    package static func policyVersion(_ transaction: borrowing Transaction) throws(PostgresError) -> Int {
        try transaction.query("select coalesce(max(version), 0) from permission_policy", as: Int.self).first ?? 0
    }

    /// A policy as it is kept.
    ///
    /// - Throws: ``Refusal`` when a word of it is unknown here.
    package static func policy(_ text: String) throws(Refusal) -> PermissionPolicy {
        let file = try PermissionPolicyFile(json: Array(text.utf8))
        if let fault = file.faults.first { throw fault }
        return file.policy
    }

    private struct NodeRow: PostgresRow {
        let record: NodeRecord
        let revision: Int

        init(row: inout RowReader) throws(PostgresError) {
            record = NodeRecord(
                id: try row("node"), kind: NodeKind(rawValue: try row("kind")) ?? .team, parent: try row("parent"),
                from: try row("valid_from"), until: try row("valid_until"), chineseName: try row("name"),
                englishName: try row("name_en"), purpose: NodePurpose(rawValue: try row("nature")) ?? .business)
            revision = try row("revision")
        }
    }

    private struct PersonRow: PostgresRow {
        let record: PersonRecord
        let revision: Int

        init(row: inout RowReader) throws(PostgresError) {
            record = PersonRecord(
                login: try row("login"), name: try row("name"), englishName: try row("name_en"),
                node: try row("node"), position: try row("position"), manager: try row("manager"),
                from: try row("valid_from"), until: try row("valid_until"), externalId: try row("external_id"))
            revision = try row("revision")
        }
    }
}
