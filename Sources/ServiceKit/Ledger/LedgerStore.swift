import Contracts
import Postgres

/// The SQL of the ledger: what this service has sent, what it has handled, and what it has missed.
enum LedgerStore {
    /// What of each lane is new since the marks were moved last, each number with the one before it.
    ///
    /// A loose index scan finds the lanes, so that the cost follows from what is new and not from what the inbox holds.
    private static let news: SQL = """
        recursive lanes as (
            (select source, type, lane from inbox where number is not null order by source, type, lane limit 1)
            union all
            select next.source, next.type, next.lane
            from lanes cross join lateral (
                select i.source, i.type, i.lane from inbox i
                where i.number is not null and (i.source, i.type, i.lane) > (lanes.source, lanes.type, lanes.lane)
                order by i.source, i.type, i.lane limit 1
            ) next
        ), news as materialized (
            select l.source, l.type, l.lane, i.number,
                coalesce(
                    lag(i.number) over (partition by l.source, l.type, l.lane order by i.number), m.high, 0) as before
            from lanes l
            left join ledger_mark m on m.source = l.source and m.type = l.type and m.lane = l.lane
            cross join lateral (
                -- Around midnight a message stands in two days.
                select distinct number from inbox i
                where i.source = l.source and i.type = l.type and i.lane = l.lane
                    and i.number > coalesce(m.high, 0)
            ) i
        )
        """

    /// Moves the marks to the highest numbers handled, and keeps the numbers that were skipped on the way.
    ///
    /// It must run before partitions of the inbox are dropped, because the marks are what remains of them.
    static func advance(_ transaction: borrowing Transaction) throws {
        try transaction.queue(
            "select pg_advisory_xact_lock(hashtext('waybill ledger ' || current_schema()))")
        try transaction.queue(
            """
            delete from ledger_hole h where exists (
                select from inbox i
                where i.source = h.source and i.type = h.type and i.lane = h.lane and i.number = h.number)
            """)
        try transaction.queue(
            """
            with \(news), holes as (
                insert into ledger_hole (source, type, lane, number)
                select source, type, lane, missing
                from news cross join lateral generate_series(before + 1, number - 1) as missing
                on conflict do nothing
            )
            insert into ledger_mark (source, type, lane, high)
            select source, type, lane, max(number) from news group by source, type, lane
            on conflict (source, type, lane) do update set high = excluded.high
            """)
    }

    /// Per source, type and lane of what this service reads: the highest number handled, and how many below are not.
    static func handled(_ transaction: borrowing Transaction) throws -> QueryTable {
        try table(
            "handled", kinds: ["lane": .integer, "high": .integer],
            """
            with \(news)
            select source, type, lane, max(high) as high
            from (
                select source, type, lane, high from ledger_mark
                union all select source, type, lane, number from news
            ) all_lanes
            group by source, type, lane order by source, type, lane
            """, transaction)
    }

    /// The numbers below the highest that were not handled.
    static func holes(_ transaction: borrowing Transaction) throws -> QueryTable {
        try table(
            "holes", kinds: ["lane": .integer, "number": .integer],
            """
            with \(news)
            select source, type, lane, number from ledger_hole h
            where not exists (
                select from inbox i
                where i.source = h.source and i.type = h.type and i.lane = h.lane and i.number = h.number)
            union all
            select source, type, lane, missing
            from news cross join lateral generate_series(before + 1, number - 1) as missing
            order by 1, 2, 3, 4
            """, transaction)
    }

    /// Per type and lane the number of messages recorded, which is the last number given.
    static func sent(_ transaction: borrowing Transaction) throws -> QueryTable {
        try table(
            "sent", kinds: ["lane": .integer, "last": .integer],
            "select routing_key as type, lane, last from outbox_count order by 1, 2", transaction)
    }

    /// The messages that the broker has not confirmed yet.
    static func pending(_ transaction: borrowing Transaction) throws -> QueryTable {
        try table(
            "pending", kinds: ["lane": .integer, "number": .integer],
            """
            select o.routing_key as type, o.lane, o.number
            from outbox_pending p join outbox o on o.id = p.id and o.day = p.day
            where o.number is not null order by 1, 2, 3
            """, transaction)
    }

    /// The identifiers of messages by their numbers in a lane; those dropped by retention are not found.
    static func names(
        type: String, lane: Int64, numbers: [Int64], _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try table(
            "names", kinds: ["lane": .integer, "number": .integer, "recorded_at": .time],
            """
            select lane, number, convert_from(body, 'UTF8')::jsonb ->> 'id' as id, recorded_at
            from outbox where routing_key = \(type) and lane = \(lane) and number = any(\(numbers)) order by number
            """, transaction)
    }

    /// What other systems sent and this service handled since a day, as sums that are equal when the sets are.
    ///
    /// The sets are cut into 256 buckets by the identifiers' hashes, so that a difference is found by asking for one
    /// bucket and not for everything.
    static func digest(type: String, since day: String, _ transaction: borrowing Transaction) throws -> QueryTable {
        try table(
            "digest", kinds: ["bucket": .integer, "messages": .integer],
            """
            select source, hash & 255 as bucket, count(*) as messages, sum(hash) as digest
            from (
                select distinct source, message_id, hashtextextended(message_id, 0) as hash
                from inbox where type = \(type) and day >= \(PostgresValue.date(day))
            ) handled
            group by 1, 2 order by 1, 2
            """, transaction)
    }

    /// The identifiers of one bucket, a page of them.
    static func identifiers(
        type: String, source: String, bucket: Int64, since day: String, after identifier: String,
        _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try table(
            "identifiers",
            """
            select distinct message_id from inbox
            where type = \(type) and source = \(source) and day >= \(PostgresValue.date(day))
                and hashtextextended(message_id, 0) & 255 = \(bucket) and message_id > \(identifier)
            order by message_id limit \(QueryTable.maximumRows)
            """, transaction)
    }

    /// Which of some identifiers this service has handled, on whatever day.
    static func known(
        source: String, identifiers: [String], _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try table(
            "known",
            """
            select distinct message_id from inbox where source = \(source) and message_id = any(\(identifiers))
            order by 1
            """, transaction)
    }
}
