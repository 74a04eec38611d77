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

    /// What of some ranges of numbers is not in the inbox, as ranges again.
    ///
    /// - Parameter ranges: the name of a table with `source`, `type`, `lane`, `number` and `upto`, the last number of the
    ///   range.
    private static func missing(of ranges: SQL) -> SQL {
        """
        select source, type, lane, number, upto
        from (
            select source, type, lane, coalesce(lag(handled) over (
                    partition by source, type, lane, first order by handled), first - 1) + 1 as number,
                handled - 1 as upto
            from (
                select distinct r.source, r.type, r.lane, r.number as first, i.number as handled
                from \(ranges) r cross join lateral (
                    -- Not to be joined as a whole: what stands in a range is found by the index.
                    select number from inbox i
                    where i.source = r.source and i.type = r.type and i.lane = r.lane
                        and i.number between r.number and r.upto
                    offset 0
                ) i
                union all
                select source, type, lane, number, upto + 1 from \(ranges)
            ) handled
        ) gaps
        where number <= upto
        """
    }

    /// Moves the marks to the highest numbers handled, and keeps the numbers that were skipped on the way.
    ///
    /// It must run before partitions of the inbox are dropped, because the marks are what remains of them.
    static func advance(_ transaction: borrowing Transaction) throws {
        try transaction.queue(
            "select pg_advisory_xact_lock(hashtext('waybill ledger ' || current_schema()))")
        try transaction.queue(
            """
            with hit as (
                delete from ledger_hole h using (
                    select k.source, k.type, k.lane, k.number from ledger_hole k cross join lateral (
                        select from inbox i
                        where i.source = k.source and i.type = k.type and i.lane = k.lane
                            and i.number between k.number and coalesce(k.upto, k.number)
                        limit 1
                    ) found
                ) come
                where h.source = come.source and h.type = come.type and h.lane = come.lane and h.number = come.number
                returning h.source, h.type, h.lane, h.number, coalesce(h.upto, h.number) as upto
            )
            insert into ledger_hole (source, type, lane, number, upto) \(missing(of: "hit"))
            """)
        try transaction.queue(
            """
            with \(news), holes as (
                insert into ledger_hole (source, type, lane, number, upto)
                select source, type, lane, before + 1, number - 1 from news where number > before + 1
                on conflict do nothing
            )
            insert into ledger_mark (source, type, lane, high)
            select source, type, lane, max(number) from news group by source, type, lane
            on conflict (source, type, lane) do update set high = excluded.high
            """)
    }

    /// Per source, type and lane of what this service reads: the highest number handled, and how many below are not.
    static func handled(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> QueryTable {
        try arguments.table(
            "handled",
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

    /// The numbers below the highest that were not handled, as ranges.
    static func holes(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> QueryTable {
        try arguments.table(
            "holes",
            """
            with \(news), known as (
                select source, type, lane, number, coalesce(upto, number) as upto from ledger_hole
                union all
                select source, type, lane, before + 1, number - 1 from news where number > before + 1
            )
            select * from (\(missing(of: "known"))) holes order by 1, 2, 3, 4
            """, transaction)
    }

    /// Per type and lane the number of messages recorded, which is the last number given.
    static func sent(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> QueryTable {
        try arguments.table(
            "sent",
            "select routing_key as type, lane, last from outbox_count order by 1, 2", transaction)
    }

    /// The messages that the broker has not confirmed yet.
    static func pending(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> QueryTable {
        try arguments.table(
            "pending",
            """
            select o.routing_key as type, o.lane, o.number
            from outbox_pending p join outbox o on o.id = p.id and o.day = p.day
            where o.number is not null order by 1, 2, 3
            """, transaction)
    }

    /// The identifiers of messages by their numbers in a lane; those dropped by retention are not found.
    static func names(
        type: String, lane: Int64, numbers: [Int64], _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "names",
            """
            select lane, number, convert_from(body, 'UTF8')::jsonb ->> 'id' as id, recorded_at
            from outbox where routing_key = \(type) and lane = \(lane) and number = any(\(numbers)) order by number
            """, transaction)
    }

    /// Into how many parts the messages of a source are cut for comparison.
    static let buckets = 256
    /// Of how many sources one answer tells: all of their buckets fit into it.
    static let sourcesPerAnswer = QueryTable.maximumRows / buckets

    /// What other systems sent and this service handled since a day, as sums that are equal when the sets are.
    ///
    /// The sets are cut into 256 buckets by the identifiers' hashes, so that a difference is found by asking for one
    /// bucket and not for everything. An answer tells of a few sources, those after a given one.
    ///
    /// - Returns: the sums, and which source was the last of the answer and whether there are more.
    static func digest(
        type: String, since day: String, after source: String, _ arguments: QueryArguments,
        _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        // A loose index scan over the sources, whatever types they sent; one more than the answer tells of.
        let sources = try transaction.query(
            """
            with recursive sources as (
                (select source from inbox where source > \(source) order by source limit 1)
                union all
                select next.source from sources cross join lateral (
                    select i.source from inbox i where i.source > sources.source order by i.source limit 1
                ) next
            )
            select source from sources limit \(sourcesPerAnswer + 1)
            """, as: String.self)
        let told = Array(sources.prefix(sourcesPerAnswer))
        let digest = try arguments.table(
            "digest",
            """
            select source, hash & \(Int64(buckets - 1)) as bucket, count(*) as messages, sum(hash) as digest
            from (
                select distinct source, message_id, hashtextextended(message_id, 0) as hash
                from inbox
                where source = any(\(told)) and type = \(type) and day >= \(PostgresValue.date(day))
            ) handled
            group by 1, 2 order by 1, 2
            """, transaction)
        let page = try arguments.table(
            "page", rows: told.last.map { [[$0, sources.count > told.count ? "true" : "false"]] } ?? [])
        return [digest, page]
    }

    /// The identifiers of one bucket, a page of them.
    static func identifiers(
        type: String, source: String, bucket: Int64, since day: String, after identifier: String,
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "identifiers",
            """
            select distinct message_id from inbox
            where type = \(type) and source = \(source) and day >= \(PostgresValue.date(day))
                and hashtextextended(message_id, 0) & 255 = \(bucket) and message_id > \(identifier)
            order by message_id
            """, transaction)
    }

    /// Which of some identifiers this service has handled, on whatever day, and when first.
    static func known(
        source: String, identifiers: [String], _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "known",
            """
            select message_id, \(instant("min(handled_at)")) as handled_at
            from inbox where source = \(source) and message_id = any(\(identifiers)) group by 1 order by 1
            """, transaction)
    }

    // MARK: Since when

    /// Writes down who reads what, where it is not known yet.
    ///
    /// What the service sends is expected of a new reader from the next number of each lane on: its binding is there
    /// before a build starts that knows it. On the very first time, everybody reads from the beginning.
    ///
    /// - Parameters:
    ///   - readers: who reads what this service sends.
    ///   - reading: what this service reads.
    static func begin(
        readers: [(type: String, reader: String)], reading: [String], _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            "select pg_advisory_xact_lock(hashtext('waybill ledger ' || current_schema()))")
        // The row without a type is written by whoever is first, so that a type may have its first reader later.
        try transaction.queue(
            """
            with earlier as (
                select exists (select from ledger_reader) as is_filled, exists (select from outbox_count) as has_sent
            ), added as (
                insert into ledger_reader (type, reader, since)
                select w.type, w.reader, case when is_filled or not has_sent then now() end
                from unnest(\([""] + readers.map(\.type)), \([""] + readers.map(\.reader))) as w(type, reader), earlier
                on conflict do nothing
                returning type, reader
            )
            insert into ledger_reader_lane (type, reader, lane, first)
            select a.type, a.reader, c.lane, c.last + 1
            from added a join outbox_count c on c.routing_key = a.type, earlier
            where is_filled
            on conflict do nothing
            """)
        try transaction.queue(
            """
            insert into ledger_reading (type, since)
            select type, case when exists (select from ledger_reading)
                or not (exists (select from inbox) or exists (select from ledger_mark)) then now() end
            from unnest(\(reading)) as t(type)
            on conflict do nothing
            """)
    }

    /// Who reads what this service sends, since when, and from which number of a lane on where it is not the first.
    static func readers(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> QueryTable {
        try arguments.table(
            "readers",
            """
            select r.type, r.reader, \(instant("r.since")) as since, l.lane, l.first
            from ledger_reader r left join ledger_reader_lane l using (type, reader)
            where r.type <> '' order by 1, 2, 4
            """, transaction)
    }

    /// What this service reads, and since when.
    static func reading(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> QueryTable {
        try arguments.table(
            "reading",
            "select type, \(instant("since")) as since from ledger_reading order by 1", transaction)
    }

    /// A time as text whose order is that of the times.
    private static func instant(_ time: SQL) -> SQL {
        "to_char(\(time) at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    }
}
