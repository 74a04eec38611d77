import Channels
import Contracts
package import Domain
package import Logging
package import Postgres
import ServiceKit

/// Hands over by one server what is due: takes it, has the server's channel hand it over, and writes down what came of it.
///
/// Nothing is in a transaction while a server is spoken with. What a copy has in hand when it ends is taken again once its lease
/// is over, under the same number: so it is handed over at least once, and whoever reads it can tell that it is the same.
package struct HandoverWorker: Sendable {
    /// How many handovers are taken at once: as many as one connection to a server carries.
    package static let most = 100
    /// In which time those that are taken are begun; what is left then is given back, so that what matters more comes before it.
    package static let usualTurn = Duration.seconds(300)
    /// What a copy has beside, to take them and to write down what came of them.
    private static let margin = Duration.seconds(60)

    private let server: ChannelBook.Server
    private let planner: HandoverPlanner
    private let writer: HandoverWriter
    private let turn: Duration

    init(_ server: ChannelBook.Server, _ planner: HandoverPlanner, _ writer: HandoverWriter, turn: Duration) {
        self.server = server
        self.planner = planner
        self.writer = writer
        self.turn = turn
    }

    /// How long a copy may have a handover in hand before another one takes it, in seconds: for as long as the last one that is begun
    /// in its turn may take, and a minute.
    ///
    /// - Parameters:
    ///   - turn: in which time handovers are begun.
    ///   - longest: how long one may take at the most.
    package static func lease(turn: Duration = usualTurn, longest: Duration) -> Int64 {
        (turn + longest + margin).components.seconds + 1
    }

    /// The server's name.
    package var name: String { server.name }

    /// Hands over what is due now, once.
    ///
    /// - Parameters:
    ///   - pool: where the queue is.
    ///   - now: the time.
    ///   - logger: where to say what a server refuses.
    /// - Returns: whether there was anything to do, so that there may be more.
    package func pass(_ pool: PostgresPool, at now: Timestamp, _ logger: Logger) async throws -> Bool {
        let name = server.name
        let work = try await pool.withTransaction { transaction -> (handovers: [Prepared], ended: Int) in
            let room = try HandoverQueueStore.room(name, perMinute: server.perMinute, at: now, transaction)
            guard room > 0 else { return ([], 0) }
            let (taken, ended) = try HandoverQueueStore.take(
                name, limit: min(room, Self.most), lease: Self.lease(turn: turn, longest: server.channel.longest),
                floor: planner.floor, at: now, transaction)
            return (try prepare(taken, at: now, transaction), ended)
        }
        guard !work.handovers.isEmpty else { return work.ended > 0 }
        let begun = ContinuousClock.now
        let outcomes = await server.channel.hand(work.handovers.map(\.handover), within: turn)
        // Sending may take minutes: what a server asks for counts from its answer, not from the beginning of the pass.
        let answered = now.adding(microseconds: Int64((ContinuousClock.now - begun) / .microseconds(1)))
        var (states, refused, untried): ([HandoverQueueStore.Outcome], [String], [String]) = ([], [], [])
        var pauses: [String: (seconds: Int64, words: String)] = [:]
        for (place, prepared) in work.handovers.enumerated() {
            // A channel that says too little has not handed over the rest.
            let outcome =
                outcomes.indices.contains(place) ? outcomes[place] : .later("nothing was said of it", after: nil)
            guard let (state, rest) = state(of: prepared, outcome, at: answered) else {
                untried.append(prepared.handover.id)
                continue
            }
            states.append(state)
            if state.state == "refused" {
                refused.append(state.id)
                logger.warning(
                    "a handover was refused",
                    metadata: ["server": "\(name)", "handover": "\(state.id)", "words": "\(state.words)"])
            }
            if let rest, rest > pauses[prepared.handover.address]?.seconds ?? 0 {
                pauses[prepared.handover.address] = (rest, state.words)
            }
        }
        // What was refused goes by the next channel instead.
        try await pool.withTransaction { [states, refused, untried, pauses] transaction in
            // Whoever plans locks people before handovers.
            let lost = try HandoverStore.failed(refused, transaction)
            try HandoverStore.lock(Set(lost.map(\.login)).sorted(), transaction)
            try HandoverQueueStore.put(states, untried: untried, at: answered, transaction)
            try HandoverQueueStore.pause(name, pauses, at: answered, transaction)
            guard !lost.isEmpty else { return }
            try planner.plan(insteadOf: lost, PeopleReplica.known(transaction), at: now, transaction)
        }
        return !states.isEmpty
    }

    private struct Prepared: Sendable {
        let handover: Handover
        let taken: HandoverQueueStore.Taken
    }

    private func prepare(
        _ taken: [HandoverQueueStore.Taken], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> [Prepared] {
        guard !taken.isEmpty else { return [] }
        let ids = taken.map(\.id)
        let items = try HandoverQueueStore.items(ids, at: now, transaction)
        let notices = try HandoverQueueStore.notices(ids, transaction)
        let readers = try PreferenceStore.load(Set(taken.map(\.login)).sorted(), transaction)
        var addressing = try Addressing(PeopleReplica.known(transaction), at: now)
        return taken.map { handover in
            Prepared(
                handover: writer.handover(
                    handover, items[handover.id] ?? [], notices[handover.id] ?? [],
                    readers[handover.login] ?? ReaderSettings(), &addressing, at: now),
                taken: handover)
        }
    }

    /// What follows from a server's answer; and for how long, in seconds, its target wants to be left alone. `nil` when nobody was
    /// asked.
    private func state(
        of prepared: Prepared, _ outcome: HandoverOutcome, at now: Timestamp
    ) -> (HandoverQueueStore.Outcome, rest: Int64?)? {
        let id = prepared.handover.id
        // What a server says is kept as it can be stored and looked at.
        func shown(_ words: String) -> String {
            String(words.prefix(500).map { $0.isNewline || $0 == "\0" ? " " : $0 })
        }
        switch outcome {
        case .accepted(let words):
            return (.init(id: id, state: "handed-over", next: nil, words: shown(words)), nil)
        case .refused(let words):
            return (.init(id: id, state: "refused", next: nil, words: shown(words)), nil)
        case .later(let words, let after):
            let rest = after?.components.seconds
            let isMattering = prepared.taken.severity.weight >= planner.floor.weight
            guard
                let next = BackOffPolicy.next(
                    after: prepared.taken.attempts, since: prepared.taken.createdAt,
                    pause: rest.map { BackOffPolicy.rest($0, isMattering: isMattering) }, at: now)
            else {
                let words = "given up after \(prepared.taken.attempts) attempts: \(shown(words))"
                return (.init(id: id, state: "refused", next: nil, words: words), rest)
            }
            return (.init(id: id, state: nil, next: next, words: shown(words)), rest)
        case .untried: return nil
        }
    }
}
