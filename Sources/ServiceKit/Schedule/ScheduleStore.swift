import Contracts
import Domain
import Postgres

/// The SQL of the schedule.
enum ScheduleStore {
    /// Puts items into the schedule; one of the same task and key is replaced.
    static func put(_ items: [ScheduledItem], _ transaction: borrowing Transaction) throws {
        guard !items.isEmpty else { return }
        // The last one of a key wins, and a key may stand in one statement only once.
        var latest: [String: ScheduledItem] = [:]
        for item in items { latest["\(item.task)\u{0}\(item.key)"] = item }
        let unique = latest.sorted { $0.key < $1.key }.map(\.value)
        try transaction.queue(
            """
            insert into schedule (task, key, due_at, payload)
            select * from unnest(
                \(unique.map(\.task)), \(unique.map(\.key)),
                \(unique.map { PostgresValue.timestamp($0.due.description) }), \(unique.map(\.payload)))
            on conflict (task, key) do update set due_at = excluded.due_at, payload = excluded.payload, attempts = 0,
                next_try_at = null, last_error = null
            """)
    }

    /// Makes sure that a recurring task stands in the schedule.
    static func start(_ task: String, firstDue: Timestamp, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into schedule (task, key, due_at)
            values (\(task), '', \(PostgresValue.timestamp(firstDue.description)))
            on conflict do nothing
            """)
    }

    /// What is to be run next: of all that is due, the oldest, and of several tasks the one named first.
    ///
    /// An item that another copy has in hand still counts, so that of one task nothing later is run beside it.
    ///
    /// - Parameter tasks: the names of the tasks to look at.
    static func next(
        of tasks: [String], until now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> DueGroup? {
        try transaction.query(
            """
            select task, (extract(epoch from due_at) * 1000000)::bigint, is_aside
            from (
                select task, due_at, false as is_aside from schedule
                where task = any(\(tasks)) and due_at <= \(PostgresValue.timestamp(now.description)) and \(isNotWaiting)
                union all
                select task, due_at, true from schedule_aside where task = any(\(tasks)) and retry_at <= now()
            ) due
            order by due_at, array_position(\(tasks), task), is_aside limit 1
            """, as: (String, Int64, Bool).self
        ).first.map { task, due, isAside in
            DueGroup(
                task: task, due: Timestamp(microsecondsSinceEpoch: due).inZone(), isAside: isAside)
        }
    }

    private static let isNotWaiting: SQL = "(next_try_at is null or next_try_at <= now())"

    /// Takes items of one task that are due at one time; other copies of the service skip them meanwhile.
    static func take(
        _ group: DueGroup, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [TakenItem] {
        let (task, due) = (group.task, PostgresValue.timestamp(group.due.description))
        let statement: SQL =
            group.isAside
            ? """
            delete from schedule_aside s using (
                select task, key, due_at from schedule_aside
                where task = \(task) and due_at = \(due) and retry_at <= now()
                order by key limit \(limit) for update skip locked
            ) due
            where s.task = due.task and s.key = due.key and s.due_at = due.due_at
            returning s.key, s.payload, s.attempts
            """
            : """
            delete from schedule s using (
                select task, key from schedule where task = \(task) and due_at = \(due) and \(isNotWaiting)
                order by key limit \(limit) for update skip locked
            ) due
            where s.task = due.task and s.key = due.key
            returning s.key, s.payload, s.attempts
            """
        return try transaction.query(statement, as: (String, String, Int32).self)
            .sorted { $0.0 < $1.0 }
            .map { key, payload, attempts in
                TakenItem(
                    item: ScheduledItem(task: task, key: key, due: group.due, payload: payload),
                    attempts: Int(attempts))
            }
    }

    // MARK: What has failed

    /// Writes down that an item has failed by itself, and what becomes of it. One that another copy has taken since, or
    /// that was replaced, is left alone.
    ///
    /// - Returns: whether it was set aside.
    static func fail(
        _ taken: TakenItem, with error: String, _ outcome: RetryPolicy.Outcome, _ transaction: borrowing Transaction
    ) throws -> Bool {
        let item = taken.item
        let due = PostgresValue.timestamp(item.due.description)
        let free: SQL = """
            select * from schedule
            where task = \(item.task) and key = \(item.key) and due_at = \(due) and attempts = \(Int32(taken.attempts))
            for update skip locked
            """
        switch outcome {
        case .triedAgain(let due, let pause):
            try transaction.execute(
                """
                update schedule s set attempts = s.attempts + 1, last_error = \(error),
                    due_at = \(PostgresValue.timestamp(due.description)),
                    next_try_at = now() + make_interval(secs => \(pause.components.seconds))
                from (\(free)) free where s.task = free.task and s.key = free.key
                """)
            return false
        case .setAside(let next):
            let count = try transaction.execute(
                """
                with free as (\(free))
                insert into schedule_aside (task, key, due_at, payload, attempts, last_error)
                select task, key, due_at, payload, attempts + 1, \(error) from free
                on conflict (task, key, due_at) do update set payload = excluded.payload,
                    attempts = excluded.attempts, last_error = excluded.last_error, set_aside_at = now(), retry_at = null
                """)
            guard count > 0 else { return false }
            if let next {
                try transaction.execute(
                    """
                    update schedule set due_at = \(PostgresValue.timestamp(next.description)), attempts = 0,
                        next_try_at = null, last_error = null
                    where task = \(item.task) and key = \(item.key)
                    """)
            } else {
                try transaction.execute("delete from schedule where task = \(item.task) and key = \(item.key)")
            }
            return true
        }
    }

    /// Writes down that an item which an operator had tried again has failed once more; it stays set aside.
    static func failAside(
        _ taken: TakenItem, with error: String, _ transaction: borrowing Transaction
    ) throws {
        let item = taken.item
        try transaction.execute(
            """
            update schedule_aside set attempts = attempts + 1, last_error = \(error), retry_at = null
            where task = \(item.task) and key = \(item.key)
                and due_at = \(PostgresValue.timestamp(item.due.description)) and attempts = \(Int32(taken.attempts))
            """)
    }

    /// Which tasks have items that failed as often as they are tried, how many, and with what error last.
    static func troubles(
        limit: Int, _ transaction: borrowing Transaction
    ) throws -> [ScheduleState.Trouble] {
        try transaction.query(
            """
            select task, count(*), (array_agg(last_error order by since desc))[1]
            from (
                select task, last_error, set_aside_at as since from schedule_aside
                union all
                select task, coalesce(last_error, ''), next_try_at from schedule where attempts >= \(Int32(limit))
            ) failed
            group by task order by task
            """, as: (String, Int64, String).self
        ).map { ScheduleState.Trouble(task: $0.0, count: Int($0.1), lastError: $0.2) }
    }

    /// For how many seconds the oldest item of some tasks has been due, also one that is to be tried again.
    static func overdue(of tasks: [String], _ transaction: borrowing Transaction) throws -> Double {
        try transaction.query(
            """
            select coalesce(extract(epoch from clock_timestamp() - min(due_at)), 0)::float8
            from schedule where due_at <= now() and task = any(\(tasks))
            """, as: Double.self
        ).first ?? 0
    }

    /// Has items tried again at once that have failed, or lets go of those that were set aside.
    ///
    /// - Parameters:
    ///   - selection: which of them.
    ///   - isDiscarded: whether those set aside are let go of instead.
    /// - Returns: how many items that is, and which were let go of.
    static func decide(
        on selection: FailedItems, isDiscarded: Bool, _ transaction: borrowing Transaction
    ) throws -> (count: Int, discarded: [ScheduledItem]) {
        var condition: SQL = "task = \(selection.task)"
        if let key = selection.key { condition = "\(condition) and key = \(key)" }
        if let due = selection.due { condition = "\(condition) and due_at = \(PostgresValue.timestamp(due))" }
        guard !isDiscarded else {
            let gone = try transaction.query(
                """
                delete from schedule_aside where \(condition)
                returning key, (extract(epoch from due_at) * 1000000)::bigint
                """, as: (String, Int64).self)
            let items = gone.map { key, due in
                ScheduledItem(
                    task: selection.task, key: key, due: Timestamp(microsecondsSinceEpoch: due).inZone())
            }
            return (items.count, items)
        }
        let count =
            try transaction.execute("update schedule_aside set retry_at = now() where \(condition)")
            + transaction.execute("update schedule set next_try_at = null where \(condition) and attempts > 0")
        return (count, [])
    }

    // MARK: The clock

    /// Where the clock stood when it followed event time.
    static func eventTime(_ transaction: borrowing Transaction) throws -> Timestamp? {
        try transaction.query(
            "select (extract(epoch from now) * 1000000)::bigint from event_clock", as: Int64.self
        ).first.map { Timestamp(microsecondsSinceEpoch: $0).inZone() }
    }

    /// Remembers where the clock stands; it never goes back.
    static func setEventTime(_ time: Timestamp, _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into event_clock (now) values (\(PostgresValue.timestamp(time.description)))
            on conflict (singleton) do update set now = greatest(event_clock.now, excluded.now)
            """)
    }
}

/// Items of one task that are due at one time.
struct DueGroup: Sendable, Equatable {
    let task: String
    let due: Timestamp
    /// Whether they were set aside, and an operator has them tried again.
    let isAside: Bool
}

/// An item taken out of the schedule.
struct TakenItem: Sendable, Equatable {
    let item: ScheduledItem
    /// How often it has failed before.
    let attempts: Int
}

/// Which of the failed items of a task somebody speaks of.
struct FailedItems: Sendable {
    let task: String
    /// Those of one key; of every key when `nil`.
    let key: String?
    /// Those that were due at a time, as the list of them shows it; of every time when `nil`.
    let due: String?
}

/// How the schedule of a service is.
struct ScheduleState: Sendable, Equatable {
    /// A task of which something has failed as often as it is tried.
    struct Trouble: Sendable, Equatable {
        let task: String
        /// How many items that is.
        let count: Int
        let lastError: String
    }

    let troubles: [Trouble]
    /// For how many seconds the oldest item has been due; zero with event time, whose items are as old as the events.
    let overdue: Double
}
