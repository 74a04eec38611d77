import Contracts
import Postgres

/// The question about the schedule, which every service answers: `waybill schedule list`.
enum ScheduleQueries {
    static let all = [
        Query("schedule.list") { arguments, transaction in
            let isWhole = arguments["all"] == "true"
            return [
                try table(
                    "schedule",
                    kinds: [
                        "due": .time, "attempts": .integer, "set_aside_since": .time, "next_try": .time,
                    ],
                    """
                    select current_schema()::text as service, task, key, due, state, attempts, last_error,
                        set_aside_since, next_try
                    from (
                        select task, key, due_at as due,
                            case when retry_at is null then 'set aside' else 'to be tried' end as state, attempts,
                            last_error, set_aside_at as set_aside_since, retry_at as next_try
                        from schedule_aside
                        union all
                        select task, key, due_at, case when attempts > 0 then 'failing' else 'waiting' end, attempts,
                            last_error, null, next_try_at
                        from schedule where attempts > 0 or \(isWhole)
                    ) items
                    order by set_aside_since nulls last, attempts = 0, due, task, key
                    limit \(QueryTable.maximumRows)
                    """, transaction)
            ]
        }
    ]
}
