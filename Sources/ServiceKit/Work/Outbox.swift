import Contracts
import Messaging
import Postgres

/// A message in the outbox: what to publish, and the row that leaves once the broker has confirmed it.
struct OutboxEntry: Sendable {
    let id: Int64
    let exchange: String
    let routingKey: String
    let envelope: Envelope
    let body: [UInt8]
}

/// The SQL of the outbox: which messages this service still owes the world.
enum Outbox {
    /// How long whoever has taken a row may try to publish it before another copy of the service may.
    static let lease: Duration = .seconds(15)

    /// Records messages in the transaction that caused them.
    ///
    /// - Parameter isLeased: whether this process publishes them at once; otherwise they wait to be claimed.
    static func record(
        _ events: [OutgoingEvent], isLeased: Bool, _ transaction: borrowing Transaction
    ) throws -> [OutboxEntry] {
        guard !events.isEmpty else { return [] }
        let exchanges = [String](repeating: Exchanges.events, count: events.count)
        let routingKeys = events.map(\.envelope.type.description)
        let bodies = events.map { $0.envelope.structuredBody(data: $0.data) }
        let seconds = isLeased ? Int(lease.components.seconds) : 0
        let identifiers = try transaction.query(
            """
            with numbered as materialized (
                select nextval('outbox_id') as id, t.*
                from unnest(\(exchanges), \(routingKeys), \(bodies))
                    with ordinality as t(exchange, routing_key, body, place)
            ), recorded as (
                insert into outbox (id, exchange, routing_key, body)
                select id, exchange, routing_key, body from numbered
            ), pending as (
                insert into outbox_pending (id, lease_until)
                select id, now() + make_interval(secs => \(seconds)) from numbered
            )
            select id from numbered order by place
            """, as: Int64.self)
        return identifiers.indices.map { index in
            OutboxEntry(
                id: identifiers[index], exchange: exchanges[index], routingKey: routingKeys[index],
                envelope: events[index].envelope, body: bodies[index])
        }
    }

    /// Takes the oldest messages that nobody holds a lease on.
    ///
    /// Rows not yet sent, never "everything after the last": sequence order is not commit order.
    static func claim(limit: Int, _ transaction: borrowing Transaction) throws -> [OutboxEntry] {
        try transaction.query(
            """
            with claimed as (
                update outbox_pending p
                set lease_until = now() + make_interval(secs => \(Int(lease.components.seconds))),
                    attempts = attempts + 1
                from (
                    select id from outbox_pending where lease_until <= now()
                    order by id limit \(limit) for update skip locked
                ) free
                where p.id = free.id
                returning p.id, p.day
            )
            select o.id, o.exchange, o.routing_key, o.body
            from claimed c join outbox o on o.id = c.id and o.day = c.day
            order by o.id
            """, as: (Int64, String, String, [UInt8]).self
        ).map { id, exchange, routingKey, body in
            OutboxEntry(
                id: id, exchange: exchange, routingKey: routingKey,
                envelope: try Envelope(structured: JSONDocument(parsing: body).root), body: body)
        }
    }

    /// Lets go of messages that the broker has confirmed.
    static func remove(_ identifiers: [Int64], _ transaction: borrowing Transaction) throws {
        _ = try transaction.execute("delete from outbox_pending where id = any(\(identifiers))")
    }

    /// Gives messages that could not be published back, for another try after a pause.
    static func giveBack(
        _ identifiers: [Int64], after pause: Duration, _ transaction: borrowing Transaction
    ) throws {
        let seconds = Int(pause.components.seconds)
        _ = try transaction.execute(
            """
            update outbox_pending set lease_until = now() + make_interval(secs => \(seconds))
            where id = any(\(identifiers))
            """)
    }

    /// How many messages wait for their confirm, and since when the oldest, in seconds.
    static func depth(_ transaction: borrowing Transaction) throws -> (count: Int, oldestAge: Double) {
        let rows = try transaction.query(
            """
            select count(*), coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0)::float8
            from outbox_pending
            """, as: (Int64, Double).self)
        return rows.first.map { (Int($0.0), $0.1) } ?? (0, 0)
    }
}
