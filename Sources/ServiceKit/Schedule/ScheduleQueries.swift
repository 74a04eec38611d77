import Contracts
import Postgres

/// The question about the schedule, which every service answers: `waybill schedule list`.
enum ScheduleQueries {
    static let all = [
        Query(CommonQuestions.schedule) { arguments, transaction in
            let isWhole = arguments["state"] == "all"
            return [
                try arguments.table(
                    "schedule",
                    """
                    select current_schema()::text as service, task, key, due_at as due,
                        case when retry_at is null then 'set aside' else 'to be tried' end as state, attempts, last_error,
                        set_aside_at as set_aside_since, retry_at as next_try, 0 as rank
                    from schedule_aside
                    union all
                    select current_schema()::text, task, key, due_at,
                        case when attempts > 0 then 'failing' else 'waiting' end, attempts, last_error,
                        null, next_try_at, case when attempts > 0 then 1 else 2 end
                    from schedule where attempts > 0 or \(isWhole)
                    """, transaction)
            ]
        }
    ]
}
