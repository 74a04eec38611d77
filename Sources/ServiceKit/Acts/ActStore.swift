import Contracts
import Domain
import Postgres

/// The SQL of the commands that people have had carried out. A row is written in the transaction that carries the command
/// out, and never changed.
enum ActStore {
    /// Those of some names that were carried out.
    static func find(_ names: [MessageName], _ transaction: borrowing Transaction) throws -> [MessageName: ActRow] {
        let rows = try transaction.query(
            """
            select a.inbox_source, a.message_id, a.type, a.person, a.proof, a.broker_user, a.source, a.digest, a.answer
            from unnest(\(names.map(\.source)), \(names.map(\.id))) as n(inbox_source, message_id)
            join act a using (inbox_source, message_id)
            """, as: StoredAct.self)
        var found: [MessageName: ActRow] = [:]
        for row in rows {
            found[row.name] = ActRow(
                name: row.name, type: row.type, principal: row.principal, source: row.source, digest: row.digest,
                reply: try ActReply(json: row.answer))
        }
        return found
    }

    /// A command as it stands in the table.
    private struct StoredAct: PostgresRow {
        let name: MessageName
        let type: MessageType
        let principal: Principal
        let source: String
        let digest: String
        let answer: [UInt8]

        init(row: inout RowReader) throws(PostgresError) {
            name = MessageName(source: try row("inbox_source"), id: try row("message_id"))
            type = MessageType(try row("type"))
            let person: String = try row("person")
            principal = Principal(
                person: person, proof: ActProof(rawValue: try row("proof")) ?? .word, user: try row("broker_user"))
            source = try row("source")
            digest = try row("digest")
            answer = try row("answer")
        }
    }

    /// Who has done something about some objects in another's stead.
    ///
    /// - Parameters:
    ///   - keys: the objects.
    ///   - kinds: their kinds.
    static func standIns(
        _ keys: Set<String>, _ kinds: Set<String>, _ transaction: borrowing Transaction
    ) throws -> [ActStandIn] {
        guard !keys.isEmpty else { return [] }
        return try transaction.query(
            """
            select distinct a.kind, o.key, a.person, a.on_behalf_of
            from act a cross join lateral unnest(a.objects) as o(key)
            where a.objects && \(keys.sorted()) and o.key = any(\(keys.sorted())) and a.kind = any(\(kinds.sorted()))
                and a.on_behalf_of is not null
            """, as: (String, String, String, String).self
        ).map { ActStandIn(kind: $0.0, object: $0.1, deputy: $0.2, principal: $0.3) }
    }

    /// Writes commands down.
    static func put(_ acts: [ActRow], at time: Timestamp, _ transaction: borrowing Transaction) throws {
        guard !acts.isEmpty else { return }
        try transaction.queue(
            """
            insert into act (inbox_source, message_id, type, person, proof, broker_user, source, digest, answer, on_behalf_of, line,
                policy_version, kind, objects, delegation, amount, at)
            select inbox_source, message_id, type, person, proof, broker_user, source, digest, answer, on_behalf_of, line,
                policy_version, kind, string_to_array(objects, E'\\n'), delegation, amount,
                \(PostgresValue.timestamp(time.description))
            from unnest(
                \(acts.map(\.name.source)), \(acts.map(\.name.id)), \(acts.map(\.type.description)),
                \(acts.map(\.principal.person)), \(acts.map(\.principal.proof.rawValue)), \(acts.map(\.principal.user)),
                \(acts.map(\.source)), \(acts.map(\.digest)), \(acts.map { $0.reply.encode() }),
                \(acts.map(\.rule.onBehalfOf)), \(acts.map(\.rule.line)), \(acts.map(\.rule.policyVersion)),
                \(acts.map(\.object.kind)), \(acts.map { AuditStore.joined($0.object.keys) }),
                \(acts.map(\.rule.delegation)), \(acts.map(\.rule.amount))
            ) as a(inbox_source, message_id, type, person, proof, broker_user, source, digest, answer, on_behalf_of, line,
                policy_version, kind, objects, delegation, amount)
            """)
    }
}

/// The question who did what.
enum ActQueries {
    static let all = [
        Query(CommonQuestions.acts) { arguments, transaction in
            [
                try arguments.table(
                    "acts",
                    """
                    select at::text as at, person, proof, broker_user as "brokerUser", type, source, message_id as id,
                        on_behalf_of as "onBehalfOf", act_id
                    from act
                    where (\(arguments["person"])::text is null or person = \(arguments["person"]))
                        and (\(arguments["id"])::text is null or message_id = \(arguments["id"]))
                    """, transaction)
            ]
        }
    ]
}
