import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of notices.
enum NoticeQueries {
    static let all = [
        Query(NotifierQuestions.mine, mine), Query(NotifierQuestions.list, list), Query(NotifierQuestions.show, show),
        Query(NotifierQuestions.summary, summary),
    ]

    /// The word of a severity, an expression.
    static func severity(_ weight: SQL) -> SQL {
        let words = NoticeSeverity.allCases.map(\.rawValue)
        return "((\(words)::text[])[\(weight) + 1])"
    }

    private static func mine(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let (person, now) = (arguments.person, arguments.now)
        let state = try arguments.required("state")
        let isOver: SQL = "(n.revision <= n.cleared_revision or coalesce(n.expires_at <= \(now), false))"
        let isLater: SQL = "coalesce(r.snoozed_until > \(now), false)"
        let notices = try arguments.table(
            "notices",
            """
            select n.happened_at, n.kind, \(severity("n.severity")) as severity, n.object_kind, n.object_source,
                n.object_id, r.role, n.due_at, n.notice_id, r.since, r.read_at, r.acknowledged_at, r.snoozed_until,
                r.done_at, n.cleared_at, n.severity::integer as weight
            from recipient r join notice n on n.notice_id = r.notice_id
            where r.login = \(person) and r.until is null and n.kind = coalesce(\(arguments["kind"]), n.kind)
                and n.notice_id = coalesce(\(arguments["notice"]), n.notice_id)
                and (\(arguments["notice"])::text is not null or case \(state)
                    when 'open' then not \(isOver) and r.done_at is null and not \(isLater)
                    when 'unread' then not \(isOver) and r.done_at is null and r.read_at is null
                    when 'later' then not \(isOver) and r.done_at is null and \(isLater)
                    when 'done' then r.done_at is not null
                    when 'over' then \(isOver)
                    else true end)
            """, transaction)
        guard let login = person, let id = arguments["notice"],
            try RecipientStore.told([(noticeId: id, login: login)], transaction).contains([id, login])
        else { return [notices, try arguments.table("facts", rows: [])] }
        return [notices, try facts(of: id, arguments, transaction)]
    }

    private static func list(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let state = try arguments.required("state")
        let severity = arguments["severity"].flatMap { NoticeSeverity(rawValue: $0) }.map { Int32($0.weight) }
        return [
            try arguments.table(
                "notices",
                """
                select n.happened_at, n.kind, \(self.severity("n.severity")) as severity, n.object_kind, n.object_source,
                    n.object_id, n.at_stake, n.currency, n.customer_id, n.business_line, n.node, \(unsafe: NoticeStore.owner("n")) as owner,
                    n.due_at,
                    (select count(*) from recipient r where r.notice_id = n.notice_id and r.until is null) as recipients,
                    (select count(r.read_at) from recipient r where r.notice_id = n.notice_id and r.until is null)
                        as readers,
                    n.notice_id, n.told_instead, n.cleared_at, n.cleared_why, n.severity::integer as weight
                from notice n
                where n.revision > 0 and n.kind = coalesce(\(arguments["kind"]), n.kind)
                    and n.severity = coalesce(\(severity), n.severity)
                    and (\(state) = 'all' or (n.revision > n.cleared_revision) = (\(state) = 'open'))
                """, transaction)
        ]
    }

    private static func show(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let id = try arguments.required("notice")
        return [
            try arguments.table(
                "notice",
                """
                select n.notice_id, n.revision, n.service, n.kind, \(severity("n.severity")) as severity, n.object_kind,
                    n.object_source, n.object_id, n.customer_id, n.business_line, n.node, \(unsafe: NoticeStore.owner("n")) as owner,
                    n.due_at,
                    n.expires_at, n.happened_at, n.cleared_at, n.cleared_why, n.told_instead
                from notice n where n.notice_id = \(id) and n.revision > 0
                """, transaction),
            try facts(of: id, arguments, transaction),
            try arguments.table(
                "recipients",
                """
                select login, role, since, until, read_at, read_by, acknowledged_at, snoozed_until, done_at, occasion
                from recipient where notice_id = \(id) order by until is not null, login
                """, transaction),
            try arguments.table(
                "handovers",
                """
                select h.handover_id, h.login, h.channel, h.server, h.state, h.due_at, h.ended_at, h.attempts,
                    h.server_words
                from handover_notice i join handover h on h.handover_id = i.handover_id
                where i.notice_id = \(id) order by h.created_at, h.handover_id
                """, transaction),
        ]
    }

    /// What a notice says to whoever asks; nothing when it is not seen.
    ///
    /// Who may see what was read as the service, before the question became that of somebody who does not see everything: read by
    /// them there would be no policy, and so no field withheld.
    private static func facts(
        of id: String, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        guard let notice = try NoticeStore.load([id], transaction).first, notice.revision > 0 else {
            return try arguments.table("facts", rows: [])
        }
        var content = notice.content(at: arguments.now)
        if let known = arguments.known {
            var addressing = try Addressing(known, at: arguments.now)
            content = NoticeSight.told(content, notice.addressed, to: arguments.person ?? "", &addressing)
        }
        var rows: [[String?]] = content.facts.map { [$0.name, $0.kind.rawValue, $0.value, $0.currency?.code] }
        if let atStake = content.atStake {
            rows.append(["at-stake", NoticeFactKind.money.rawValue, atStake.moneyText, content.currency?.code])
        }
        if let next = content.next { rows.append(["next", NoticeFactKind.text.rawValue, next, nil]) }
        return try arguments.table("facts", rows: rows)
    }

    private static func summary(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try arguments.table(
                "notices",
                """
                select \(severity("n.severity")) as severity, count(*) as open, count(n.told_instead) as without_owner
                from notice n where n.revision > n.cleared_revision group by n.severity order by n.severity desc
                """, transaction),
            try arguments.table(
                "handovers", "select state, count(*) as count from handover group by state order by state", transaction),
        ]
    }
}
