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

    private let server: ChannelBook.Server
    private let planner: HandoverPlanner
    private let writer: HandoverWriter

    init(_ server: ChannelBook.Server, _ planner: HandoverPlanner, _ writer: HandoverWriter) {
        self.server = server
        self.planner = planner
        self.writer = writer
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
                name, limit: min(room, Self.most), at: now, transaction)
            return (try prepare(taken, at: now, transaction), ended)
        }
        guard !work.handovers.isEmpty else { return work.ended > 0 }
        let outcomes = await server.channel.hand(work.handovers.map(\.handover))
        var (states, refused, late): ([HandoverQueueStore.Outcome], [String], [String]) = ([], [], [])
        var pause: (seconds: Int64, words: String)?
        for (place, prepared) in work.handovers.enumerated() {
            // A channel that says too little has not handed over the rest.
            let outcome =
                outcomes.indices.contains(place) ? outcomes[place] : .later("nothing was said of it", after: nil)
            let (state, rest) = Self.state(of: prepared, outcome, at: now)
            states.append(state)
            if state.state == "refused" {
                refused.append(state.id)
                logger.warning(
                    "a handover was refused",
                    metadata: ["server": "\(name)", "handover": "\(state.id)", "words": "\(state.words)"])
            }
            if let next = state.next, prepared.isLate(next, floor: planner.floor) { late.append(state.id) }
            if let rest, rest > pause?.seconds ?? 0 { pause = (rest, state.words) }
        }
        // What was refused goes by the next channel instead, what matters and waits for long by that one as well.
        let (ended, failed) = (states, refused + late)
        try await pool.withTransaction { [pause] transaction in
            // Whoever plans locks people before handovers.
            let lost = try HandoverStore.failed(failed, transaction)
            try HandoverStore.lock(Set(lost.map(\.login)).sorted(), transaction)
            try HandoverQueueStore.put(ended, at: now, transaction)
            if let pause {
                try HandoverQueueStore.pause(name, until: now.adding(seconds: pause.seconds), pause.words, transaction)
            }
            guard !lost.isEmpty else { return }
            try planner.plan(insteadOf: lost, PeopleReplica.known(transaction), at: now, transaction)
        }
        return true
    }

    private struct Prepared: Sendable {
        let handover: Handover
        let taken: HandoverQueueStore.Taken

        /// Whether it matters and waits for so long now that the next channel is asked as well.
        func isLate(_ next: Timestamp, floor: NoticeSeverity) -> Bool {
            taken.severity.weight >= floor.weight
                && BackOffPolicy.isTimeForAnother(since: taken.dueAt, former: taken.triedAt, next: next)
        }
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
                    handover, (items[handover.id] ?? []).map(\.notice), notices[handover.id] ?? [],
                    readers[handover.login] ?? ReaderSettings(), &addressing, at: now),
                taken: handover)
        }
    }

    /// What follows from a server's answer; and for how long, in seconds, it wants to be left alone.
    private static func state(
        of prepared: Prepared, _ outcome: HandoverOutcome, at now: Timestamp
    ) -> (HandoverQueueStore.Outcome, rest: Int64?) {
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
            let rest = after.map { min(max($0.components.seconds, 1), 86_400) }
            guard
                let next = BackOffPolicy.next(
                    after: prepared.taken.attempts, since: prepared.taken.createdAt, pause: rest, at: now)
            else {
                let words = "given up after \(prepared.taken.attempts) attempts: \(shown(words))"
                return (.init(id: id, state: "refused", next: nil, words: words), rest)
            }
            return (.init(id: id, state: nil, next: next, words: shown(words)), rest)
        }
    }
}
