import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of consents: the last word of each person for each channel.
enum ConsentStore {
    /// A word of consent, and whose it is.
    struct Word {
        let person: String
        let source: String
        let body: ConsentRecorded
    }

    /// Takes over what is newer than what is known; of two words of one moment, the one that forbids.
    static func put(_ words: [Word], _ transaction: borrowing Transaction) throws {
        try transaction.queue(
            """
            insert into consent (source, code, person_id, is_whole, channel, state, said_at, recorded_by)
            select * from unnest(
                \(words.map(\.source)), \(words.map(\.body.customer.code)), \(words.map(\.person)),
                \(words.map { ($0.body.with ?? "").isEmpty }), \(words.map(\.body.channel.rawValue)),
                \(words.map(\.body.state.rawValue)),
                \(PostgresValue.timestamps(words.map(\.body.at.description))), \(words.map(\.body.by)))
            on conflict (person_id, channel) do update set
                state = excluded.state, said_at = excluded.said_at, recorded_by = excluded.recorded_by
            where (consent.said_at, (consent.state = 'withdrawn')::int)
                < (excluded.said_at, (excluded.state = 'withdrawn')::int)
            """)
    }
}
