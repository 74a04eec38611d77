import BrokerLayout
import Contracts
import Domain
import Logging
import Messaging
import Postgres
import Tracing

/// A batch in, one commit with inbox, domain rows and outbox, and the batch may be acknowledged. Kinds of messages that are
/// apart have a commit each.
///
/// - Refused messages (by the contract or by a handler) go to the dead letters with their reason; the rest commit.
/// - A message that makes the transaction fail is found by splitting the batch, and refused alone.
/// - A batch that is too much for the server's lock table or memory is split as well; a single message is tried again.
/// - When the database is away, takes no changes or is not set up, or another copy was in the way, nothing is refused:
///   the same batch is tried again until it works or the service is shut down.
struct UnitOfWork: Sendable {
    /// Reads the data of one type of message.
    typealias Decoder = @Sendable (JSONNode, References) throws -> any Message

    private let service: ServiceName
    private let decoders: [MessageType: Decoder]
    private let parts: BatchParts
    private let publishers: Publishers
    private let partners: PartnerPost?
    private let principals: Principals
    private let batches: any BatchStore
    private let relay: Relay
    private let publisher: any ConfirmingPublisher
    private let clock: ServiceClock
    private let metrics: ServiceMetrics
    private let logger: Logger
    private let pauses: Pauses
    private let tracer: ServiceTracer?
    private let audit: AuditBook?

    /// - Parameters:
    ///   - service: whose work it is.
    ///   - handlers: what it does with messages; the first that knows a type reads it.
    ///   - publishers: who may have published what.
    ///   - partners: what partners hear of what is refused; `nil` when nobody does.
    ///   - principals: what tells who acts by a command.
    ///   - batches: where batches are committed.
    ///   - relay: what publishes the events of a batch.
    ///   - publisher: what publishes dead letters.
    ///   - clock: the time as rules see it.
    ///   - metrics: where to count.
    ///   - logger: where to say what goes wrong.
    ///   - pauses: how to wait between two tries.
    ///   - tracer: what makes spans; nobody wants any when there is none.
    ///   - audit: where it is noted who was denied what.
    init<Session: WorkSession & ~Copyable>(
        service: ServiceName, handlers: [MessageHandler<Session>], publishers: Publishers,
        partners: PartnerPost? = nil, principals: Principals, batches: any BatchStore, relay: Relay,
        publisher: any ConfirmingPublisher, clock: ServiceClock,
        metrics: ServiceMetrics, logger: Logger,
        pauses: Pauses = Pauses(), tracer: ServiceTracer? = nil, audit: AuditBook? = nil
    ) {
        self.service = service
        var decoders: [MessageType: Decoder] = [:]
        for handler in handlers { decoders.merge(handler.types) { first, _ in first } }
        self.decoders = decoders
        parts = BatchParts(handlers)
        self.publishers = publishers
        self.partners = partners
        self.principals = principals
        self.batches = batches
        self.relay = relay
        self.publisher = publisher
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.pauses = pauses
        self.tracer = tracer
        self.audit = audit
    }

    /// A unit of work over PostgreSQL.
    init(
        service: ServiceName, handlers: [Handler], subjects: ActSubjects = ActSubjects(), publishers: Publishers,
        partners: PartnerPost? = nil, principals: Principals, pool: PostgresPool,
        relay: Relay, publisher: Publisher, clock: ServiceClock, metrics: ServiceMetrics, logger: Logger,
        tracer: ServiceTracer? = nil, audit: AuditBook? = nil
    ) {
        self.init(
            service: service, handlers: handlers, publishers: publishers, partners: partners, principals: principals,
            batches: PostgresBatchStore(
                pool: pool, work: BatchWork(service: service, handlers: handlers, subjects: subjects)),
            relay: relay, publisher: publisher, clock: clock, metrics: metrics, logger: logger, tracer: tracer,
            audit: audit)
    }

    /// What became of messages that are not simply done, by their positions.
    private struct Settled {
        /// Those refused.
        var refused: [Int: Refusal] = [:]
        /// The answers to commands that were carried out.
        var answers: [Int: ActReply] = [:]
        /// By what the policy has refused some of them.
        var rules: [Int: AuditRule] = [:]

        mutating func add(_ other: Settled) {
            refused.merge(other.refused) { first, _ in first }
            answers.merge(other.answers) { first, _ in first }
            rules.merge(other.rules) { first, _ in first }
        }
    }

    /// Handles a batch of deliveries. When it returns, each has had its effect, stands in the dead letters, or is a
    /// command whose refusal was answered.
    ///
    /// - Throws: `CancellationError` when the service is shut down first; nothing may then be acknowledged.
    func process(_ deliveries: [Delivery]) async throws {
        let started = ContinuousClock.now
        let batch = metrics.inHand.begin(deliveries.count, at: started)
        defer { metrics.inHand.end(batch) }
        var (messages, refusals) = decode(deliveries)
        let spans = tracer?.receive(&messages, deliveries) ?? [:]
        var settled = Settled(refused: refusals)
        for part in clock.parts(of: messages) {
            try await advance(to: part.time)
            for messages in parts.of(part.messages) { settled.add(try await commit(messages, of: batch)) }
        }
        try await tell(settled, of: deliveries, in: batch)
        tracer?.settle(spans, settled.refused, deliveries)
        metrics.batchSize.record(Double(deliveries.count))
        metrics.batchDuration.record(ContinuousClock.now - started)
        let now = ServiceClock.wallClock()
        for message in messages {
            if let time = message.envelope.time, !metrics.endToEndLatency.record(from: time, to: now) {
                metrics.unbelievableTimes.add(1)
            }
        }
    }

    /// Moves the clock on, which with event time runs what is due before. Whatever stands in the way, the messages wait:
    /// they may not be handled before it has been done.
    private func advance(to time: Timestamp?) async throws {
        var backOff = pauses.backOff()
        while true {
            try Task.checkCancellation()
            do {
                return try await clock.advance(to: time)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                let pause = backOff.next()
                logger.warning(
                    "what is due before these messages could not be run; it is tried again",
                    metadata: ["pause": "\(pause)", "error": "\(error)"])
                metrics.retries.add(1)
                try await pauses.clock.sleep(for: pause)
            }
        }
    }

    // MARK: Decoding

    private func decode(_ deliveries: [Delivery]) -> (messages: [AnyReceived], refusals: [Int: Refusal]) {
        var messages: [AnyReceived] = []
        messages.reserveCapacity(deliveries.count)
        var refusals: [Int: Refusal] = [:]
        for (position, delivery) in deliveries.enumerated() {
            do {
                messages.append(try decode(delivery, position))
            } catch {
                refusals[position] =
                    error as? Refusal ?? Refusal(.internalError, path: "$", "the message cannot be read: \(error)")
            }
        }
        return (messages, refusals)
    }

    private func decode(_ delivery: Delivery, _ position: Int) throws -> AnyReceived {
        let (envelope, data) = try CloudEventCodec.decode(delivery)
        guard let contract = Catalogue.description(of: envelope.type) else {
            throw Catalogue.refusal(forUnknown: envelope.type)
        }
        // Under another key it went past whoever else reads its type. An operator's replay comes by the default
        // exchange, whose keys are names of queues.
        if !delivery.exchange.isEmpty, delivery.routingKey != envelope.type.description {
            throw Refusal(
                .routingKeyMismatch, path: "routing_key",
                "the type is \(envelope.type), the routing key \(delivery.routingKey.prefix(100)): they must be the same"
            )
        }
        try publishers.check(delivery, envelope, contract)
        guard let decoder = decoders[envelope.type] else {
            throw Refusal(
                .noHandler, path: "type",
                "the \(service.rawValue) service does not handle \(envelope.type): check the queue's bindings")
        }
        // Only our own services keep a ledger; the header of another system says nothing.
        var place: LedgerPlace?
        if !contract.producers.isEmpty { place = LedgerPlace(delivery.properties.headers[LedgerPlace.header]) }
        let act = try act(delivery, envelope, contract, data)
        return AnyReceived(
            envelope: envelope, body: try decoder(data, publishers.references(of: envelope, delivery, contract)),
            position: position, place: place, act: act)
    }

    /// Who acts by a message; `nil` when it is no command.
    private func act(
        _ delivery: Delivery, _ envelope: Envelope, _ contract: ContractDescription, _ data: JSONNode
    ) throws(Refusal) -> Act? {
        guard let field = contract.personField, contract.owner == .operator || delivery.exchange == Exchanges.commands
        else { return nil }
        let principal = try principals.principal(of: delivery, said: data[field]?.string, field: field)
        return Act(
            principal: principal, digest: AuditRecord.digest(Array(data.text)),
            inboxSource: contract.isAlsoTyped ? Act.people : envelope.source)
    }

    // MARK: Committing

    private func commit(_ messages: [AnyReceived], of batch: Int) async throws -> Settled {
        guard !messages.isEmpty else { return Settled() }
        var backOff = pauses.backOff()
        while true {
            try Task.checkCancellation()
            do {
                return try await commitOnce(messages)
            } catch let error as PostgresError where error.asksForLess && messages.count > 1 {
                return try await isolate(messages, error, of: batch)
            } catch let error as PostgresError where error.isRetriable || error.isOfSetUp {
                let pause = backOff.next()
                logger.warning(
                    "the batch could not be committed; it is tried again",
                    metadata: ["messages": "\(messages.count)", "pause": "\(pause)", "error": "\(error)"])
                metrics.retries.add(1)
                metrics.inHand.note(
                    batch, obstacle: "the batch cannot be committed: \(error)",
                    isForGood: error.isReadOnly || error.isOfSetUp && !error.isRetriable)
                try await pauses.clock.sleep(for: pause)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                return try await isolate(messages, error, of: batch)
            }
        }
    }

    /// Finds the message that makes the batch fail: halves until it stands alone.
    private func isolate(_ messages: [AnyReceived], _ error: any Error, of batch: Int) async throws -> Settled {
        if messages.count == 1 {
            let refusal =
                error as? Refusal
                ?? Refusal(.internalError, path: "$", "the message cannot be stored: \(error)")
            return Settled(refused: [messages[0].position: refusal])
        }
        metrics.splits.add(1)
        let middle = messages.count / 2
        var settled = try await commit(Array(messages[..<middle]), of: batch)
        settled.add(try await commit(Array(messages[middle...]), of: batch))
        return settled
    }

    private func commitOnce(_ messages: [AnyReceived]) async throws -> Settled {
        let isLeased = relay.hasRoom
        let now = clock.now()
        let started = tracer.map { _ in DefaultTracerClock.now }
        let done = try await batches.commit(messages, now: now, isLeased: isLeased)
        if let started { tracer?.commit(messages, since: started) }
        relay.submit(done.entries, isLeased: isLeased)
        metrics.duplicates.add(done.duplicates)
        metrics.handled.add(messages.count - done.duplicates - done.effects.refusals.count)
        metrics.add(done.effects.counts)
        return Settled(refused: done.effects.refusals, answers: done.answers, rules: done.effects.rules)
    }

    // MARK: Dead letters and answers

    /// What is to be told: a dead letter of the message at a position of the batch, or, without one, an answer or a
    /// record for the audit.
    private struct Letter {
        var message: Outgoing
        var deadPosition: Int?
        /// How many bytes the properties of a dead letter may take.
        var most = DeadLetter.mostPropertyBytes
    }

    /// Puts the refused ones into the dead letters, answers the commands, and returns only when the broker has confirmed
    /// it all.
    ///
    /// A refused command that waits for an answer gets the reason as its answer and an entry in the audit: it is for the
    /// person who typed it to mend, and no dead letter for an operator.
    private func tell(_ settled: Settled, of deliveries: [Delivery], in batch: Int) async throws {
        guard !settled.refused.isEmpty || !settled.answers.isEmpty else { return }
        let now = ServiceClock.wallClock()
        var letters = settled.answers.sorted { $0.key < $1.key }.compactMap { position, reply in
            Asker(deliveries[position], of: service)?.message(reply).map { Letter(message: $0) }
        }
        for (position, refusal) in settled.refused.sorted(by: { $0.key < $1.key }) {
            let delivery = deliveries[position]
            let asker = Asker(delivery, of: service)
            if let asker {
                if let answer = asker.message(refused(delivery, refusal)) { letters.append(Letter(message: answer)) }
            } else {
                letters.append(
                    Letter(
                        message: DeadLetter.make(of: delivery, refusal: refusal, service: service, at: now),
                        deadPosition: position))
            }
            if let partners {
                let envelope = try? CloudEventCodec.decode(delivery).0
                if let told = partners.refused(delivery, envelope, refusal, by: service, at: now) {
                    letters.append(Letter(message: told))
                }
            }
            if delivery.exchange == Exchanges.commands || Publishers.areConcerned(refusal) {
                letters.append(Letter(message: record(of: delivery, refusal, at: now)))
            }
            if delivery.exchange == Exchanges.commands, Self.isDenial(refusal) {
                note(refusal, of: delivery, position, under: settled.rules[position] ?? .none)
            }
            metrics.refused(refusal.reason)
            logger.warning(
                asker == nil
                    ? "a message was refused; it stands in the dead letters"
                    : "a command was refused; who gave it was told",
                metadata: [
                    "message_id": "\(delivery.properties.messageID ?? "")", "reason": "\(refusal.reason.rawValue)",
                    "path": "\(DeadLetter.shortened(refusal.path))", "type": "\(delivery.routingKey)",
                ])
        }
        var backOff = pauses.backOff()
        while !letters.isEmpty {
            try Task.checkCancellation()
            let outcomes = await publisher.publish(letters.map(\.message))
            let left = zip(letters, outcomes).filter { $0.1 != .confirmed }
            guard let (_, outcome) = left.first else { return }
            letters = left.map { letter, outcome in
                guard outcome == .tooLarge, let position = letter.deadPosition, let refusal = settled.refused[position]
                else { return letter }
                // The frames of this broker are smaller than usual.
                var smaller = letter
                smaller.most = letter.most / 2
                smaller.message = DeadLetter.make(
                    of: deliveries[position], refusal: refusal, service: service, at: now, within: smaller.most)
                return smaller
            }
            metrics.inHand.note(batch, obstacle: "dead letters and answers are not confirmed: \(outcome)")
            logger.warning(
                "dead letters and answers were not confirmed; they are published again",
                metadata: ["count": "\(letters.count)", "outcome": "\(outcome)"])
            try await pauses.clock.sleep(for: backOff.next())
        }
    }

    /// The answer to a command that was refused.
    private func refused(_ delivery: Delivery, _ refusal: Refusal) -> ActReply {
        let read = try? CloudEventCodec.decode(delivery)
        let principal = principal(of: delivery, read)
        return .refused(
            id: read?.0.id ?? delivery.properties.messageID, person: principal?.person, proof: principal?.proof, refusal
        )
    }

    /// Who gave a command; nothing when that cannot be told.
    private func principal(of delivery: Delivery, _ read: (Envelope, JSONNode)?) -> Principal? {
        read.flatMap { Catalogue.description(of: $0.0.type)?.personField }.flatMap { field in
            try? principals.principal(of: delivery, said: read?.1[field]?.string, field: field)
        }
    }

    /// Whether a refusal says that whoever acts may not, or may not so far.
    private static func isDenial(_ refusal: Refusal) -> Bool {
        [.notAuthorised, .aboveAuthority, .publisherUnknown].contains(refusal.reason)
    }

    /// Notes that an act was denied. Who speaks in another's name is who the broker has verified, whatever the command says.
    private func note(_ refusal: Refusal, of delivery: Delivery, _ position: Int, under rule: AuditRule) {
        let read = try? CloudEventCodec.decode(delivery)
        let object = (try? decode(delivery, position)).map { AuditedObject(of: $0.body, from: $0.envelope.source) }
        audit?.denied(
            read?.0.type.description ?? delivery.routingKey, object ?? .unnamed, refusal, isAct: true,
            by: principal(of: delivery, read) ?? Principal(asking: delivery), under: rule)
    }

    /// Who tried to speak for whom, for the audit.
    private func record(of delivery: Delivery, _ refusal: Refusal, at now: Timestamp) -> Outgoing {
        let user = delivery.properties.userID ?? "not said"
        let envelope = try? CloudEventCodec.decode(delivery).0
        return AuditRecord(
            who: delivery.exchange, brokerUser: user, act: AuditRecord.refusal, why: refusal.detail
        ).message(
            at: now, service: service, id: envelope?.id, source: envelope?.source, type: envelope?.type.description,
            reason: refusal.reason.rawValue, body: delivery.body)
    }
}
