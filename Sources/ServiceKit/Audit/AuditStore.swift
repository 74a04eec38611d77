import Contracts
import Domain
import Postgres

/// The SQL of the audit. Rows are only added; an entry that is written twice is there once.
enum AuditStore {
    /// Writes entries down.
    static func put(_ entries: [AuditEntry], _ transaction: borrowing Transaction) throws {
        var (seen, denied): ([Seen], [Denied]) = ([], [])
        for entry in entries {
            switch entry.event {
            case .seen(let columns, let isExport): seen.append((entry, columns, isExport))
            case .denied(let reason, let path, let isAct): denied.append((entry, reason, path, isAct))
            }
        }
        if !seen.isEmpty { try put(seen: seen, transaction) }
        if !denied.isEmpty { try put(denied: denied, transaction) }
    }

    private typealias Seen = (entry: AuditEntry, columns: [String], isExport: Bool)
    private typealias Denied = (entry: AuditEntry, reason: String, path: String, isAct: Bool)

    private static func put(seen: [Seen], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into audit_seen (entry, at, person, on_behalf_of, proof, broker_user, line, policy_version, kind, parameters,
                objects, answers, question, row_count, columns, is_export)
            select c.*, n.question, n.row_count, string_to_array(n.columns, E'\\n'), n.is_export
            from \(common(seen.map(\.entry)))
            join unnest(
                \(seen.map(\.entry.id)), \(seen.map(\.entry.asked)), \(seen.map(\.entry.rows)),
                \(seen.map { joined($0.columns) }), \(seen.map(\.isExport))
            ) as n(entry, question, row_count, columns, is_export) using (entry)
            on conflict do nothing
            """)
    }

    private static func put(denied: [Denied], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into audit_denied (entry, at, person, on_behalf_of, proof, broker_user, line, policy_version, kind, parameters,
                objects, answers, asked, reason, path, is_act)
            select c.*, n.asked, n.reason, n.path, n.is_act
            from \(common(denied.map(\.entry)))
            join unnest(
                \(denied.map(\.entry.id)), \(denied.map { auditText($0.entry.asked) }), \(denied.map(\.reason)),
                \(denied.map { auditText($0.path, 500) }), \(denied.map(\.isAct))
            ) as n(entry, asked, reason, path, is_act) using (entry)
            on conflict do nothing
            """)
    }

    /// What every entry has, as rows of a table `c`.
    private static func common(_ entries: [AuditEntry]) -> SQL {
        """
        (
            select u.entry, u.at, u.person, u.on_behalf_of, u.proof, u.broker_user, u.line, u.policy_version, u.kind,
                u.parameters, string_to_array(u.objects, E'\\n') as objects, u.answers
            from unnest(
                \(entries.map(\.id)), \(entries.map(\.at)), \(entries.map { $0.principal.map { auditText($0.person) } }),
                \(entries.map { $0.rule.onBehalfOf.map { auditText($0) } }), \(entries.map { $0.principal?.proof.rawValue }),
                \(entries.map { $0.principal?.user.map { auditText($0) } }), \(entries.map(\.rule.line)),
                \(entries.map(\.rule.policyVersion)), \(entries.map(\.object.kind)),
                \(entries.map { auditText($0.object.parameters.joined(separator: " "), 2_000) }),
                \(entries.map { joined($0.object.keys) }), \(entries.map(\.answers))
            ) as u(entry, at, person, on_behalf_of, proof, broker_user, line, policy_version, kind, parameters, objects, answers)
        ) as c
        """
    }

    /// Texts as one: a statement takes arrays, and none of arrays.
    static func joined(_ texts: [String]) -> String {
        texts.map { auditText($0) }.joined(separator: "\n")
    }

    // MARK: What operators did

    /// Writes down what operators did, as the exchange of the audit tells it.
    static func put(_ acts: [OperatorAct], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into audit_operation (digest, at, who, broker_user, act, why, service, message_id, source, type, reason,
                body_digest)
            select * from unnest(
                \(acts.map(\.digest)), \(acts.map(\.at)), \(acts.map(\.who)), \(acts.map(\.brokerUser)), \(acts.map(\.act)),
                \(acts.map(\.why)), \(acts.map(\.service)), \(acts.map(\.id)), \(acts.map(\.source)), \(acts.map(\.type)),
                \(acts.map(\.reason)), \(acts.map(\.bodyDigest)))
            order by 1 on conflict do nothing
            """)
    }
}
