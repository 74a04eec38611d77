import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of classes.
enum ClassStore {
    /// How far a customer has been judged.
    struct State: Sendable {
        var evaluatedTo: CalendarDay?
        var revision = 0
    }

    /// Takes customers for this transaction, so that no other copy judges them meanwhile.
    static func lock(_ customers: [String], _ transaction: borrowing Transaction) throws -> [String: State] {
        var states: [String: State] = [:]
        for row in try transaction.query(
            """
            insert into value_state (customer_id) select c from unnest(\(customers)) c order by c
            on conflict (customer_id) do update set revision = value_state.revision
            returning customer_id, evaluated_to - date '1970-01-01', revision
            """, as: (String, Int32?, Int32).self)
        {
            states[row.0] = State(
                evaluatedTo: row.1.map { CalendarDay(daysSinceEpoch: $0) }, revision: Int(row.2))
        }
        return states
    }

    /// What is held true of customers, in the order of days.
    static func current(
        _ customers: [String], _ transaction: borrowing Transaction
    ) throws -> [String: [ClassDimension: [ClassSpan]]] {
        let rows = try transaction.query(
            """
            select customer_id, dimension, class_id, value, valid_from, valid_to, reason, model
            from class where customer_id = any(\(customers)) and superseded_at is null
            order by customer_id, dimension, valid_from
            """, as: StoredClass.self)
        var current: [String: [ClassDimension: [ClassSpan]]] = [:]
        for row in rows {
            guard let dimension = ClassDimension(rawValue: row.dimension) else { continue }
            current[row.customerId, default: [:]][dimension, default: []].append(row.span)
        }
        return current
    }

    /// A class as it stands in the table.
    private struct StoredClass: PostgresRow {
        let customerId: String
        let dimension: String
        let span: ClassSpan

        init(row: inout RowReader) throws(PostgresError) {
            customerId = try row("customer_id")
            dimension = try row("dimension")
            span = ClassSpan(
                id: try row("class_id"), value: try row("value"), from: try row("valid_from"), to: try row("valid_to"),
                reason: try row("reason"), model: try row("model"))
        }
    }

    /// Which customers these have become by merging.
    static func survivors(
        of customers: [String], _ transaction: borrowing Transaction
    ) throws -> [(absorbed: String, survivor: String)] {
        guard !customers.isEmpty else { return [] }
        return try transaction.query(
            """
            with recursive chain(start, id, next) as (
                select customer_id, customer_id, merged_into from customer where customer_id = any(\(customers))
                union select s.start, c.customer_id, c.merged_into from chain s join customer c on c.customer_id = s.next
            )
            select start, id from chain where next is null and start <> id
            """, as: (String, String).self
        ).map { ($0.0, $0.1) }
    }

    static func put(_ changes: [ClassChange], at now: Timestamp, _ transaction: borrowing Transaction) throws {
        let time = PostgresValue.timestamp(now.description)
        let superseded = changes.flatMap(\.edits.superseded).sorted()
        if !superseded.isEmpty {
            try transaction.queue("update class set superseded_at = \(time) where class_id = any(\(superseded))")
        }
        let ended = changes.flatMap(\.edits.ended)
        if !ended.isEmpty {
            try transaction.queue(
                """
                update class c set valid_to = date '1970-01-01' + e.day
                from unnest(\(ended.map(\.id)), \(ended.map(\.to.daysSinceEpoch))) as e(id, day) where c.class_id = e.id
                """)
        }
        let added = changes.flatMap { change in change.edits.added.map { (change.customerId, $0.dimension, $0.span) } }
        if !added.isEmpty {
            try transaction.queue(
                """
                insert into class (customer_id, dimension, value, valid_from, valid_to, reason, model, recorded_at)
                select id, dimension, value, date '1970-01-01' + since, date '1970-01-01' + until, reason, model, \(time)
                from unnest(
                    \(added.map(\.0)), \(added.map(\.1.rawValue)), \(added.map(\.2.value)),
                    \(added.map(\.2.from.daysSinceEpoch)), \(added.map { $0.2.to?.daysSinceEpoch }),
                    \(added.map(\.2.reason)), \(added.map { Int32($0.2.model) }))
                    as t(id, dimension, value, since, until, reason, model)
                """)
        }
        try transaction.queue(
            """
            update value_state s set evaluated_to = date '1970-01-01' + t.day, revision = t.revision
            from unnest(
                \(changes.map(\.customerId)), \(changes.map { $0.evaluatedTo?.daysSinceEpoch }),
                \(changes.map { Int32($0.revision) })) as t(id, day, revision)
            where s.customer_id = t.id
            """)
    }
}
