import Contracts
import Postgres
import ServiceKit

/// What may be asked of what is handed over.
enum HandoverQueries {
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        return [
            try arguments.table(
                "handovers",
                """
                select h.created_at, h.login, h.channel, h.server, h.mode,
                    \(NoticeQueries.severity("h.severity")) as severity, h.state,
                    (select count(*) from handover_notice i where i.handover_id = h.handover_id) as notices, h.due_at,
                    h.attempts, h.next_try_at, h.ended_at, h.server_words, h.handover_id
                from handover h
                where (\(state) = 'all' or h.state = \(state)) and h.channel = coalesce(\(arguments["channel"]), h.channel)
                    and h.login = coalesce(\(arguments["login"]), h.login)
                """, transaction),
            try arguments.table(
                "unreached",
                """
                select u.login, u.since, u.last_at, u.notices from unreached u
                where u.login = coalesce(\(arguments["login"]), u.login) order by u.login
                """, transaction),
        ]
    }
}
