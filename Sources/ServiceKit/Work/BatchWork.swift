import Contracts
import Messaging
import Postgres

/// What happens to a batch inside its one transaction: inbox, handlers, outbox.
struct BatchWork: Sendable {
    /// What the transaction has done, should it commit.
    struct Done: Sendable {
        let effects: Effects
        let entries: [OutboxEntry]
        let duplicates: Int
    }

    let service: ServiceName
    let handlers: [Handler]

    /// Takes the batch in, runs the handlers over what was not handled before, and records what they want published.
    ///
    /// - Parameter isLeased: whether this process publishes what comes of it at once.
    func apply(
        _ messages: [AnyReceived], now: Timestamp, isLeased: Bool, _ transaction: borrowing Transaction
    ) throws -> Done {
        var effects = Effects(now: now, source: service.source, wallClock: ServiceClock.wallClock())
        var duplicates = try Inbox.take(messages, transaction).union(Self.repeated(in: messages))
        #if WAYBILL_TRIAL
            if NegativeControl.active == .noInbox { duplicates = [] }
        #endif
        let fresh =
            duplicates.isEmpty
            ? messages
            : messages.enumerated().filter { !duplicates.contains($0.offset) }.map(\.element)
        for handler in handlers where !fresh.isEmpty {
            try handler.handle(fresh, transaction, &effects)
        }
        #if WAYBILL_TRIAL
            try EffectTally.record(fresh.filter { effects.refusals[$0.position] == nil }, transaction)
        #endif
        let entries = try effects.store(isLeased: isLeased, transaction)
        // A refused message is not a handled one: its row must not stand in the way of its replay.
        try Inbox.forget(messages.filter { effects.refusals[$0.position] != nil }, transaction)
        return Done(effects: effects, entries: entries, duplicates: duplicates.count)
    }

    /// The places of messages that stand in the same batch before.
    private static func repeated(in messages: [AnyReceived]) -> Set<Int> {
        struct Key: Hashable {
            let source: String
            let id: String
        }
        var seen: Set<Key> = []
        var repeated: Set<Int> = []
        for (place, message) in messages.enumerated()
        where !seen.insert(Key(source: message.envelope.source, id: message.envelope.id)).inserted {
            repeated.insert(place)
        }
        return repeated
    }
}

extension Effects {
    /// Writes what is to happen later or elsewhere in the transaction that caused it.
    func store(isLeased: Bool, _ transaction: borrowing Transaction) throws -> [OutboxEntry] {
        try ScheduleStore.put(scheduled, transaction)
        return try Outbox.record(outgoing, isLeased: isLeased, transaction)
    }
}
