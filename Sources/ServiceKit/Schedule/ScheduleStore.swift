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
            on conflict (task, key) do update set due_at = excluded.due_at, payload = excluded.payload, attempts = 0
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

    /// Takes the items that are due, the oldest first; other copies of the service skip them meanwhile.
    ///
    /// Only those due at the very same time are taken at once, so that days are evaluated one after the other.
    static func take(
        tasks: [String], until now: Timestamp, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [ScheduledItem] {
        try transaction.query(
            """
            delete from schedule s using (
                select task, key from schedule
                where due_at <= \(PostgresValue.timestamp(now.description)) and task = any(\(tasks))
                    and due_at = (select min(due_at) from schedule where task = any(\(tasks)))
                order by task, key limit \(limit) for update skip locked
            ) due
            where s.task = due.task and s.key = due.key
            returning s.task, s.key, (extract(epoch from s.due_at) * 1000000)::bigint, s.payload
            """, as: (String, String, Int64, String).self
        ).map { task, key, due, payload in
            ScheduledItem(
                task: task, key: key, due: Timestamp(microsecondsSinceEpoch: due, offsetMinutes: 480),
                payload: payload)
        }
    }

    /// Where the clock stood when it followed event time.
    static func eventTime(_ transaction: borrowing Transaction) throws -> Timestamp? {
        try transaction.query(
            "select (extract(epoch from now) * 1000000)::bigint from event_clock", as: Int64.self
        ).first.map { Timestamp(microsecondsSinceEpoch: $0, offsetMinutes: 480) }
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
