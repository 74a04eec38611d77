import BrokerLayout
import Client
package import Contracts
package import Domain
package import Messaging
import Synchronization

/// Which refused messages are meant; of what is `nil` all.
package struct DeadLetterSelection: Sendable, Equatable {
    /// The services that refused them.
    package var services = ServiceName.allCases
    /// The reason code.
    package var reason: String?
    /// The type, by the message's own word.
    package var type: String?
    /// Who sent them, by their own word.
    package var source: String?
    /// The message's id.
    package var id: String?
    /// Refused from this time on.
    package var since: Timestamp?
    /// Refused before this time.
    package var until: Timestamp?
    /// How many at most; of each queue the first ``DeadLetterBrowser/room`` are looked at.
    package var limit = 10_000

    /// All there are, 10,000 at most.
    package init() {}

    func takes(_ letter: BrowsedDeadLetter) -> Bool {
        if let since, letter.refusedAt.map({ $0 < since }) ?? true { return false }
        if let until, letter.refusedAt.map({ $0 >= until }) ?? true { return false }
        return (reason.map { letter.reason == $0 } ?? true) && (type.map { letter.type == $0 } ?? true)
            && (source.map { letter.source == $0 } ?? true)
            && (id.map { letter.handle.utf8.elementsEqual($0.utf8) } ?? true)
    }
}

/// A message where it stands that a service refused, or that the broker gave up before one took it.
package struct BrowsedDeadLetter: Sendable {
    /// Who refused it, or for whom it was.
    package let service: ServiceName
    /// It, whole; of one that the broker gave up with what the broker says of that beside it.
    package let delivery: Delivery
    /// What it says of itself.
    package let glimpse: MessageGlimpse

    /// - Parameters: as the properties.
    package init(service: ServiceName, delivery: Delivery) {
        let noted = DeadLetter.noted(delivery.properties, service: service)
        self.service = service
        self.delivery = Delivery(
            tag: delivery.tag, exchange: delivery.exchange, routingKey: delivery.routingKey,
            isRedelivered: delivery.isRedelivered, properties: noted, body: delivery.body)
        glimpse = MessageGlimpse(delivery.properties, body: delivery.body)
    }

    private func header(_ name: String) -> String? { delivery.properties.headers[name]?.text }

    /// The reason code.
    package var reason: String { header(DeadLetter.Header.reason) ?? GivenUp.reason }
    /// Whether no service has refused it: the broker itself gave it up.
    package var isGivenUp: Bool { reason == GivenUp.reason }
    /// The place that the reason speaks of.
    package var path: String? { header(DeadLetter.Header.path) }
    /// A sentence for people.
    package var detail: String? { header(DeadLetter.Header.detail) }
    /// What it is, by its own word or by its routing key.
    package var type: String? { glimpse.type ?? header(DeadLetter.Header.routingKey) }
    /// Who sent it, by its own word.
    package var source: String? { glimpse.source }
    /// The message's id, if it has one.
    package var id: String? { glimpse.id }
    /// What it is called by: its id, or for one without an id a name made of its body's digest.
    package var handle: String { id ?? "no-id-\(AuditRecord.digest(delivery.body).prefix(12))" }
    /// When.
    package var refusedAt: Timestamp? { header(DeadLetter.Header.refusedAt).flatMap { Timestamp($0) } }
}

/// The queues of refused messages, looked at without taking anything out.
package struct DeadLetterBrowser: Sendable {
    private let session: BrokerSession
    /// What was found, in the order in which it stands there.
    package let letters: [BrowsedDeadLetter]
    /// What was looked at so often, meant or not, that it must be renewed.
    private let worn: [BrowsedDeadLetter]
    private let taken = TakenOut()
    /// How long the broker may hand nothing over while it has something.
    private static let patience = Duration.seconds(60)
    /// How many letters a browser holds; of what stands behind them the broker hands nothing over.
    package static let room = 65_535

    /// Opens a service's queue; what is not acknowledged goes back when the browser is closed.
    private static func open(
        _ service: ServiceName, _ selection: DeadLetterSelection, most: Int, room: Int, as broker: BrokerConfiguration
    ) async throws -> DeadLetterBrowser {
        let session = try await BrokerSession.connect(broker)
        let waiting = min(try await session.status(of: Queues.dead(service)).messages, room)
        var found: [BrowsedDeadLetter] = []
        var worn: [BrowsedDeadLetter] = []
        if most > 0 {
            // Without a number a quorum queue gives 2,000 and waits for acknowledgements.
            try await session.subscribe(Queues.dead(service), prefetch: room)
            var seen = 0
            var deadline = ContinuousClock.now + Self.patience
            // All that is delivered is looked at, for all of it is returned: also what is not meant, or past the most.
            while seen < waiting || found.count < most {
                // What another command has just put back is not counted as waiting yet, and comes a moment later.
                var deliveries = try await session.next(within: seen < waiting ? .seconds(2) : .milliseconds(200))
                if deliveries.isEmpty, seen < waiting {
                    // A large letter is on its way for seconds, and the queue's answer comes behind it; or others have
                    // taken out what is missing, and the queue has nothing more to give.
                    let left = try await session.status(of: Queues.dead(service)).messages
                    deliveries = try await session.next(within: .milliseconds(200))
                    if deliveries.isEmpty, left > 0 {
                        guard ContinuousClock.now < deadline else {
                            throw Failure(
                                "the broker hands over \(seen) of \(waiting) letters of \(service.rawValue) and no more: try again"
                            )
                        }
                        continue
                    }
                }
                if deliveries.isEmpty { break }
                deadline = .now + Self.patience
                for delivery in deliveries {
                    seen += 1
                    let letter = BrowsedDeadLetter(service: service, delivery: delivery)
                    if found.count < most, selection.takes(letter) { found.append(letter) }
                    if Renewal.isDue(delivery) { worn.append(letter) }
                }
            }
        }
        return DeadLetterBrowser(session: session, letters: found, worn: worn)
    }

    /// Does something with each service's letters that are meant, and puts back what it leaves.
    ///
    /// - Parameters:
    ///   - selection: which letters.
    ///   - room: how many of a queue's letters are looked at, its first.
    ///   - broker: where they stand.
    ///   - act: what is done with each service's.
    /// - Returns: how many letters there were.
    package static func each(
        _ selection: DeadLetterSelection, room: Int = Self.room, as broker: BrokerConfiguration,
        _ act: (DeadLetterBrowser) async throws -> Void
    ) async throws -> Int {
        var count = 0
        for service in selection.services where count < selection.limit {
            let browser = try await open(service, selection, most: selection.limit - count, room: room, as: broker)
            count += browser.letters.count
            do {
                if !browser.letters.isEmpty { try await act(browser) }
                try await browser.renew(service, as: broker)
                // What is closed before the queue has heard of it would stand there again.
                try await browser.session.unsubscribe()
            } catch {
                try? await browser.session.unsubscribe()
                await browser.session.close()
                throw error
            }
            await browser.session.close()
        }
        return count
    }

    /// Renews what was looked at often and is still here.
    private func renew(_ service: ServiceName, as broker: BrokerConfiguration) async throws {
        try await Renewal.renew(
            worn.map(\.delivery).filter { !taken.holds($0.tag) }, by: Exchanges.dead,
            { _ in service.rawValue }, on: session, as: broker)
    }

    /// Publishes a batch with its audit records and, once all of it is confirmed, takes the letters out.
    ///
    /// First safely there again, then gone from here: a crash in between leaves a message twice under one id, which has one
    /// effect, and an act recorded that was done half. Never one done and not recorded.
    ///
    /// - Parameters:
    ///   - act: what is done, for the record.
    ///   - letters: some of this browser's.
    ///   - messages: what is published in their place.
    ///   - trail: whose act it is.
    ///   - publisher: by which records and messages are published.
    package func perform(
        _ act: AuditTrail.Act, _ letters: some Collection<BrowsedDeadLetter> & Sendable,
        publishing messages: [Outgoing],
        _ trail: AuditTrail, _ publisher: Publisher
    ) async throws {
        let outcomes = await publisher.publish(trail.records(act, Array(letters)) + messages)
        if let failed = outcomes.first(where: { $0 != .confirmed }) {
            throw Failure("the broker did not confirm (\(failed)); what was not done still stands in the dead letters")
        }
        taken.add(letters.map(\.delivery.tag))
        try await session.settle(letters.map(\.delivery.tag))
    }

    /// All letters that are meant; nothing is taken out.
    package static func all(
        _ selection: DeadLetterSelection, as broker: BrokerConfiguration
    ) async throws -> [BrowsedDeadLetter] {
        var letters: [BrowsedDeadLetter] = []
        _ = try await each(selection, as: broker) { letters += $0.letters }
        return letters
    }
}

/// The letters of a browser that have been taken out.
private final class TakenOut: Sendable {
    private let tags = Mutex<Set<UInt64>>([])

    func add(_ more: [UInt64]) { tags.withLock { $0.formUnion(more) } }

    func holds(_ tag: UInt64) -> Bool { tags.withLock { $0.contains(tag) } }
}
