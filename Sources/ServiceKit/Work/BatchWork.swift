package import Contracts
package import Domain
import Messaging

/// What a batch's transaction has done, should it commit.
package struct AppliedBatch: Sendable {
    /// What its handlers have done.
    package let effects: Effects
    let entries: [OutboxEntry]
    /// How many of its messages were handled before.
    package let duplicates: Int
    /// The answers to the commands among them that were carried out, now or before, by their positions.
    let answers: [Int: ActReply]
}

/// What happens to a batch inside its one transaction: inbox, handlers, outbox.
package struct BatchWork<Session: WorkSession & ~Copyable>: Sendable {
    let service: ServiceName
    let handlers: [MessageHandler<Session>]
    let subjects: ActSubjects
    /// The kinds of message whose handlers look at who belongs where.
    private let lookingAtPeople: Set<ObjectIdentifier>

    /// - Parameters:
    ///   - service: whose batches these are.
    ///   - handlers: what it does with messages, in their order.
    ///   - subjects: whose the things are that people act upon.
    package init(
        service: ServiceName, handlers: [MessageHandler<Session>], subjects: ActSubjects = ActSubjects()
    ) {
        self.service = service
        self.handlers = handlers
        self.subjects = subjects
        lookingAtPeople = Set(handlers.filter(\.looksAtPeople).flatMap(\.bodies))
    }

    /// Takes the batch in, runs the handlers over what was not handled before, and records what they want published.
    ///
    /// - Parameter isLeased: whether this process publishes what comes of it at once.
    package func apply(
        _ messages: [AnyReceived], now: Timestamp, isLeased: Bool, _ transaction: borrowing Session
    ) throws -> AppliedBatch {
        var effects = Effects(now: now, source: service.source, wallClock: ServiceClock.wallClock())
        let repeated = Self.repeated(in: messages)
        let places = messages.indices.filter { !repeated.contains($0) }
        let taken = try transaction.takeIn(
            repeated.isEmpty ? messages : places.map { messages[$0] },
            asksForPeople: !lookingAtPeople.isEmpty
                && messages.contains { lookingAtPeople.contains(ObjectIdentifier(type(of: $0.body))) })
        effects.peopleMark = taken.peopleMark
        var duplicates = repeated.union(taken.handled.map { places[$0] })
        #if WAYBILL_TRIAL
            if NegativeControl.active == .noInbox { duplicates = [] }
        #endif
        let acts = messages.contains { $0.act != nil } ? messages.filter { $0.act != nil } : []
        let carriedOut = acts.isEmpty ? [:] : try transaction.acts(acts.map(\.name))
        if !carriedOut.isEmpty {
            // The inbox forgets after its days; what people have done stays on record.
            duplicates.formUnion(
                messages.indices.filter { messages[$0].act != nil && carriedOut[messages[$0].name] != nil })
        }
        let fresh =
            duplicates.isEmpty
            ? messages
            : messages.enumerated().filter { !duplicates.contains($0.offset) }.map(\.element)
        let permitted = acts.isEmpty ? fresh : try permit(fresh, &effects, transaction)
        let byBody = Dictionary(grouping: permitted) { ObjectIdentifier(type(of: $0.body)) }
        for handler in handlers {
            let mine = handler.bodies.compactMap { byBody[$0] }
            if !mine.isEmpty {
                try handler.handle(mine.count == 1 ? mine[0] : Array(mine.joined()), transaction, &effects)
            }
        }
        #if WAYBILL_TRIAL
            try transaction.tally(fresh.filter { effects.refusals[$0.position] == nil })
        #endif
        let answers =
            acts.isEmpty
            ? [:]
            : try answer(
                messages, handled: Set(messages.indices).subtracting(duplicates), known: carriedOut, effects, at: now,
                transaction)
        let entries = try effects.store(isLeased: isLeased, transaction)
        // A refused message is not a handled one: its row must not stand in the way of its replay.
        try transaction.forget(messages.filter { effects.refusals[$0.position] != nil })
        return AppliedBatch(effects: effects, entries: entries, duplicates: duplicates.count, answers: answers)
    }

    /// Leaves out the acts that the policy refuses, and gives the others what lets them. Their neighbours are not touched.
    private func permit(
        _ messages: [AnyReceived], _ effects: inout Effects, _ transaction: borrowing Session
    ) throws -> [AnyReceived] {
        let asked = messages.compactMap { ActAsked($0) }
        guard !asked.isEmpty else { return messages }
        let rulings = try transaction.rule(on: asked, by: subjects, day: effects.now.day())
        guard !rulings.isEmpty else { return messages }
        return messages.compactMap { message in
            switch rulings[message.position] {
            case nil: return message
            case .permitted(let permit, let rule):
                var message = message
                message.permit = permit
                effects.decided(message.position, by: rule)
                return message
            case .denied(let refusal, let rule):
                effects.decided(message.position, by: rule)
                effects.refuse(at: message.position, refusal)
                return nil
            }
        }
    }

    /// The places of messages that stand in the same batch before.
    private static func repeated(in messages: [AnyReceived]) -> Set<Int> {
        var seen: Set<MessageName> = []
        var repeated: Set<Int> = []
        for (place, message) in messages.enumerated() where !seen.insert(message.name).inserted {
            repeated.insert(place)
        }
        return repeated
    }
}

/// What names a message: who sent it, and its identifier there.
package typealias MessageName = SourceKey<Envelope>

extension SourceKey<Envelope> {
    /// The name of a message.
    init(source: String, id: String) { self.init(source: source, identifier: id) }
    /// The message's identifier at its source.
    var id: String { identifier }
}

extension Effects {
    /// Writes what is to happen later or elsewhere in the transaction that caused it.
    package func store<Session: WorkSession & ~Copyable>(
        isLeased: Bool, _ transaction: borrowing Session
    ) throws -> [OutboxEntry] {
        try transaction.schedule(scheduled)
        return try transaction.record(outgoing, isLeased: isLeased)
    }
}

/// Which messages of a batch are handled in one transaction: all of them, but of the kinds that are apart only one.
package struct BatchParts: Sendable {
    private struct Kind: Sendable {
        let place: Int
        var isApart: Bool
    }

    private let kinds: [ObjectIdentifier: Kind]

    /// - Parameter handlers: what a service does with messages, in the order in which the kinds of a batch are handled.
    package init<Session: ~Copyable>(_ handlers: [MessageHandler<Session>]) {
        var kinds: [ObjectIdentifier: Kind] = [:]
        for (place, handler) in handlers.enumerated() {
            for body in handler.bodies {
                let isApart = handler.isApart || kinds[body]?.isApart == true
                kinds[body] = Kind(place: kinds[body]?.place ?? place, isApart: isApart)
            }
        }
        self.kinds = kinds
    }

    /// The messages of a batch by the transactions that they are handled in, one after the other. Within each they stand in
    /// the order of the batch.
    package func of(_ messages: [AnyReceived]) -> [[AnyReceived]] {
        let bodies = messages.map { ObjectIdentifier(type(of: $0.body)) }
        let present = Set(bodies)
        guard present.count(where: { kinds[$0]?.isApart == true }) > 1 else {
            return messages.isEmpty ? [] : [messages]
        }
        var parts: [ObjectIdentifier: Int] = [:]
        var (last, hasApart) = (0, false)
        for body in present.sorted(by: { (kinds[$0]?.place ?? 0) < (kinds[$1]?.place ?? 0) }) {
            if kinds[body]?.isApart == true {
                if hasApart { last += 1 }
                hasApart = true
            }
            parts[body] = last
        }
        var found = [[AnyReceived]](repeating: [], count: last + 1)
        for (message, body) in zip(messages, bodies) { found[parts[body] ?? 0].append(message) }
        return found
    }
}
