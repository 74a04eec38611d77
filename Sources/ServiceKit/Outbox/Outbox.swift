import BrokerLayout
import Contracts
import Messaging
import Postgres

/// A message in the outbox: what to publish, and the row that leaves once the broker has confirmed it.
package struct OutboxEntry: Sendable {
    let id: Int64
    let exchange: String
    let routingKey: String
    let envelope: Envelope
    let body: [UInt8]
    /// Its place in the ledger; rows written before there was one have none.
    let place: LedgerPlace?
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
        // The lane is taken by a lock that ends with the transaction, so that numbers are given in the order of
        // commits and a rollback leaves no gap; whoever comes meanwhile takes another lane and waits for nobody.
        var counts: [String: Int] = [:]
        for key in routingKeys { counts[key, default: 0] += 1 }
        let types = counts.sorted { $0.key < $1.key }
        let numbering = try transaction.ask(
            """
            with lane as materialized (
                select lane::smallint from generate_series(0, \(LedgerPlace.lanes - 1)::integer) as lane
                where pg_try_advisory_xact_lock(hashtext(current_schema()), lane) limit 1
            )
            insert into outbox_count as c (lane, routing_key, last)
            select lane, routing_key, count
            from lane cross join unnest(\(types.map(\.key)), \(types.map(\.value))) as t(routing_key, count)
            on conflict (lane, routing_key) do update set last = c.last + excluded.last
            returning routing_key, lane::bigint, last
            """, as: (String, Int64, Int64).self)
        // Behind the lock, so that in a lane identifiers rise as numbers do.
        let identifying = try transaction.ask(
            "select nextval('outbox_id') from generate_series(1, \(events.count))", as: Int64.self)
        let given = try numbering.rows()
        let identifiers = try identifying.rows()
        guard given.count == types.count, identifiers.count == events.count, let lane = given.first?.1 else {
            throw PostgresError.concurrentChange(of: "every lane of the ledger")
        }
        var next: [String: Int64] = [:]
        for (key, _, last) in given { next[key] = last - Int64(counts[key] ?? 0) }
        let numbers = routingKeys.map { key in
            let number = (next[key] ?? 0) + 1
            next[key] = number
            return number
        }
        try transaction.queue(
            """
            with incoming as materialized (
                select * from unnest(\(identifiers), \(exchanges), \(routingKeys), \(bodies), \(numbers))
                    as t(id, exchange, routing_key, body, number)
            ), recorded as (
                insert into outbox (id, exchange, routing_key, body, lane, number)
                select id, exchange, routing_key, body, \(lane)::smallint, number from incoming
            )
            insert into outbox_pending (id, lease_until)
            select id, now() + make_interval(secs => \(seconds)) from incoming
            """)
        return events.indices.map { index in
            OutboxEntry(
                id: identifiers[index], exchange: exchanges[index], routingKey: routingKeys[index],
                envelope: events[index].envelope, body: bodies[index],
                place: LedgerPlace(lane: lane, number: numbers[index]))
        }
    }

    /// Takes the oldest messages that nobody holds a lease on.
    ///
    /// Rows not yet sent, never "everything after the last": sequence order is not commit order.
    ///
    /// - Parameter condition: which of them.
    static func claim(
        limit: Int, where condition: SQL = "lease_until <= now()", _ transaction: borrowing Transaction
    ) throws -> [OutboxEntry] {
        try transaction.query(
            """
            with claimed as (
                update outbox_pending p
                set lease_until = now() + make_interval(secs => \(Int(lease.components.seconds))),
                    attempts = attempts + 1
                from (
                    select id from outbox_pending where \(condition)
                    order by id limit \(limit) for update skip locked
                ) free
                where p.id = free.id
                returning p.id, p.day
            )
            select o.id, o.exchange, o.routing_key, o.body, o.lane::bigint as lane, o.number
            from claimed c join outbox o on o.id = c.id and o.day = c.day
            order by o.id
            """, as: StoredMessage.self
        ).map { stored in
            OutboxEntry(
                id: stored.id, exchange: stored.exchange, routingKey: stored.routingKey,
                envelope: try Envelope(structured: JSONDocument(parsing: stored.body).root), body: stored.body,
                place: stored.place)
        }
    }

    /// A message as it stands in the table.
    private struct StoredMessage: PostgresRow {
        let id: Int64
        let exchange: String
        let routingKey: String
        let body: [UInt8]
        let place: LedgerPlace?

        init(row: inout RowReader) throws(PostgresError) {
            id = try row("id")
            exchange = try row("exchange")
            routingKey = try row("routing_key")
            body = try row("body")
            let (lane, number) = (try row("lane", as: Int64?.self), try row("number", as: Int64?.self))
            if let lane, let number { place = LedgerPlace(lane: lane, number: number) } else { place = nil }
        }
    }

    /// Lets go of messages that the broker has confirmed.
    static func remove(_ identifiers: [Int64], _ transaction: borrowing Transaction) throws {
        try transaction.queue("delete from outbox_pending where id = any(\(identifiers))")
    }

    /// Gives messages that could not be published back, for another try after a pause.
    static func giveBack(
        _ identifiers: [Int64], after pause: Duration, _ transaction: borrowing Transaction
    ) throws {
        let seconds = Int(pause.components.seconds)
        try transaction.queue(
            """
            update outbox_pending set lease_until = now() + make_interval(secs => \(seconds))
            where id = any(\(identifiers))
            """)
    }

    /// Puts a message that was confirmed before among those to publish.
    ///
    /// - Returns: whether the outbox still holds it.
    static func resend(type: String, _ place: LedgerPlace, _ transaction: borrowing Transaction) throws -> Bool {
        try transaction.query(
            """
            with found as (
                select id, day from outbox
                where routing_key = \(type) and lane = \(place.lane) and number = \(place.number)
            ), pending as (
                insert into outbox_pending (id, day, lease_until) select id, day, now() from found
                on conflict (id) do nothing
            )
            select count(*) from found
            """, as: Int64.self) != [0]
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
