import Contracts
import Postgres

/// The SQL of the inbox: which messages this service has handled.
enum Inbox {
    /// Takes a batch of messages in, and says which of them were handled before.
    ///
    /// A row goes into the partition of the day; the days before are only looked at. Around midnight, for ten minutes
    /// on either side, a row goes into both days' partitions: two transactions that run at the same time then always
    /// meet in one partition, whatever their clocks say, and its unique key lets only one of them through.
    ///
    /// - Returns: the places in the batch of those handled before.
    static func take(_ messages: [AnyReceived], _ transaction: borrowing Transaction) throws -> Set<Int> {
        let sources = messages.map(\.envelope.source)
        let identifiers = messages.map(\.envelope.id)
        let types = messages.map(\.envelope.type.description)
        let lanes = messages.map { $0.place?.lane }
        let numbers = messages.map { $0.place?.number }
        let duplicates = try transaction.query(
            """
            with incoming as materialized (
                select * from unnest(\(sources), \(identifiers), \(types), \(lanes), \(numbers))
                    with ordinality as t(source, message_id, type, lane, number, place)
            ), days as materialized (
                select distinct ((now() + shift) at time zone 'utc')::date as day
                from unnest(array[interval '-10 minutes', interval '10 minutes']) as shift
            ), taken as (
                insert into inbox (source, message_id, day, type, lane, number)
                select i.source, i.message_id, d.day, i.type, i.lane, i.number
                from incoming i cross join days d
                where not exists (
                    select from inbox earlier
                    where earlier.source = i.source and earlier.message_id = i.message_id
                        and earlier.day < (select min(day) from days))
                order by 1, 2, 3
                on conflict do nothing
                returning source, message_id
            )
            select place - 1 from incoming
            where (source, message_id) not in (
                select source, message_id from taken
                group by source, message_id having count(*) = (select count(*) from days))
            """, as: Int64.self)
        return Set(duplicates.map(Int.init))
    }

    /// Takes messages out again that the transaction has taken in but refused.
    static func forget(_ messages: [AnyReceived], _ transaction: borrowing Transaction) throws {
        guard !messages.isEmpty else { return }
        _ = try transaction.execute(
            """
            delete from inbox i using unnest(\(messages.map(\.envelope.source)), \(messages.map(\.envelope.id)))
                as t(source, message_id)
            where i.source = t.source and i.message_id = t.message_id
            """)
    }
}
