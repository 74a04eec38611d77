import Contracts
import Domain
import Postgres

/// The SQL of the inbox: which messages this service has handled.
enum Inbox {
    /// Takes a batch of messages in, and says which of them were handled before.
    ///
    /// A row goes into the partition of the day; the days before are only looked at. Around midnight, for ten minutes
    /// on either side, a row goes into both days' partitions: two transactions that run at the same time then always
    /// meet in one partition, whatever their clocks say, and its unique key lets only one of them through.
    ///
    /// What was handled is looked for first and the rest is written plainly: asking for each row whether it conflicts
    /// costs as much again as writing it. Who is beaten to a key between the two handles the batch again.
    ///
    /// - Parameter messages: no two of the same name.
    /// - Returns: the places in the batch of those handled before.
    static func take(_ messages: [AnyReceived], _ transaction: borrowing Transaction) throws -> Set<Int> {
        let sources = messages.map(\.name.source)
        let identifiers = messages.map(\.envelope.id)
        let types = messages.map(\.envelope.type.description)
        let lanes = messages.map { $0.place?.lane }
        let numbers = messages.map { $0.place?.number }
        let handled = try transaction.ask(
            """
            with incoming as materialized (
                select * from unnest(\(sources), \(identifiers), \(types), \(lanes), \(numbers))
                    with ordinality as t(source, message_id, type, lane, number, place)
            ), handled as materialized (
                select distinct i.place from incoming i
                join inbox h on h.source = i.source and h.message_id = i.message_id
                -- Days to come hold nothing yet, and need not be looked through.
                where h.day <= ((now() + interval '10 minutes') at time zone 'utc')::date
            ), taken as (
                insert into inbox (source, message_id, day, type, lane, number)
                select i.source, i.message_id, d.day, i.type, i.lane, i.number
                from incoming i cross join (
                    select distinct ((now() + shift) at time zone 'utc')::date as day
                    from unnest(array[interval '-10 minutes', interval '10 minutes']) as shift) d
                where i.place not in (select place from handled)
                order by 1, 2, 3
            )
            select place - 1 from handled
            """, as: Int.self, expecting: .newRows("a message"))
        return Set(try handled.rows())
    }

    /// Takes messages out again that the transaction has taken in but refused.
    static func forget(_ messages: [AnyReceived], _ transaction: borrowing Transaction) throws {
        guard !messages.isEmpty else { return }
        try transaction.queue(
            """
            delete from inbox i using unnest(\(messages.map(\.name.source)), \(messages.map(\.envelope.id)))
                as t(source, message_id)
            where i.source = t.source and i.message_id = t.message_id
            """)
    }
}
