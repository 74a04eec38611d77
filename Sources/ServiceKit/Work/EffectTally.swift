#if WAYBILL_TRIAL
    import Contracts
    import Messaging
    import Postgres

    /// One row for each time that a message has its effect, without a key: in a trial build it shows a second effect that
    /// the services' own tables, keyed as they are, would swallow.
    enum EffectTally {
        static func record(_ messages: [AnyReceived], _ transaction: borrowing Transaction) throws {
            guard NegativeControl.tallies, !messages.isEmpty else { return }
            try transaction.queue(
                """
                insert into effect_tally (source, message_id)
                select * from unnest(\(messages.map(\.envelope.source)), \(messages.map(\.envelope.id)))
                """)
        }
    }
#endif
