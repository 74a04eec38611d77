import Contracts
import Postgres

/// The questions of the audit, which every service answers from its own tables.
enum AuditQueries {
    static let all = [
        Query(CommonQuestions.audit) { arguments, transaction in
            [try arguments.table("audit", list(arguments), transaction)]
        },
        Query(CommonQuestions.auditEntry) { arguments, transaction in
            let entry = try arguments.required("entry")
            return [
                try arguments.table(
                    "entry",
                    """
                    select service, at, what, person, on_behalf_of, proof, broker_user, asked, kind, line as rule, policy_version, reason,
                        path, parameters, columns, row_count as rows, answers, note, entry
                    from (\(everything)) as a where entry = \(entry)
                    """, transaction),
                try arguments.table("objects", objects(of: entry), transaction),
            ]
        },
    ]

    /// The list, with the first ten keys of each entry: ``CommonQuestions/auditEntry`` tells all.
    private static func list(_ arguments: QueryArguments) -> SQL {
        // Only what is asked for is a condition, so that an index on it serves.
        var condition: SQL = "true"
        if let person = arguments["person"] { condition = "\(condition) and person = \(person)" }
        if let object = arguments["object"] { condition = "\(condition) and objects @> array[\(object)]" }
        if let kind = arguments["kind"] { condition = "\(condition) and kind = \(kind)" }
        if let what = arguments["what"] { condition = "\(condition) and what = \(what)" }
        return """
            select service, at, what, person, on_behalf_of, proof, broker_user, asked, kind,
                array_to_string(objects[1:10], ' ')
                    || case when cardinality(objects) > 10 then ' … and ' || (cardinality(objects) - 10)::text || ' more'
                        else '' end as objects,
                columns, row_count as rows, answers, reason, line as rule, policy_version, entry
            from (\(everything)) as a where \(condition)
            """
    }

    /// Everything that the audit has, each source as a part of its own so that its own indexes serve.
    private static let everything: SQL = """
        select current_schema()::text as service, at, case when is_export then 'exported' else 'seen' end as what,
            person, on_behalf_of, proof, broker_user, question as asked, kind, parameters, objects,
            array_to_string(columns, ' ') as columns, row_count, answers, null::text as reason, null::text as path, line,
            policy_version, null::text as note, entry
        from audit_seen
        union all
        select current_schema()::text, at, 'denied', person, on_behalf_of, proof, broker_user, asked, kind, parameters, objects,
            null, null, answers, reason, path, line, policy_version, null, entry
        from audit_denied
        union all
        select current_schema()::text, at, 'acted', person, on_behalf_of, proof, broker_user, type, kind,
            'source=' || source || ' id=' || message_id, objects || message_id, null, null, 1, null, null, line, policy_version,
            nullif(concat_ws(' ', 'delegation=' || delegation, 'amount=' || amount), ''), 'act-' || act_id::text
        from act
        union all
        select current_schema()::text, at, case when act = 'refuse' then 'refused' else 'operated' end,
            case when act = 'refuse' then broker_user else who end, null, null, broker_user,
            case when act = 'refuse' then coalesce(type, '') else act end,
            case when act in ('add-token', 'remove-token') and type like 'partner %' or act = 'apply-topology' then 'setting'
                when act in ('add-user', 'remove-user', 'add-console-user', 'change-console-password', 'make-sign-in-link',
                    'close-console-user', 'add-token', 'remove-token') then 'person'
                else 'message' end,
            concat_ws(' ', 'service=' || service, 'type=' || type, 'source=' || source, 'id=' || message_id),
            array_remove(array[message_id], null), null, null, 1, reason, null, null, null, why, digest
        from audit_operation
        """

    private static func objects(of entry: String) -> SQL {
        """
        select o.object, o.place from (\(everything)) as a, unnest(a.objects) with ordinality as o(object, place)
        where a.entry = \(entry)
        """
    }
}
