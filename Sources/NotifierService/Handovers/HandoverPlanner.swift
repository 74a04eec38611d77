import Contracts
import Domain
import Postgres
import ServiceKit

/// Plans what is handed over, and keeps it.
struct HandoverPlanner: Sendable {
    let book: ChannelBook
    let floor: NoticeSeverity

    /// Plans handovers for tellings, and queues them.
    func plan(
        _ tellings: [Telling], _ known: KnownPeople, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        guard !tellings.isEmpty, !book.servers.isEmpty else { return }
        let logins = Set(tellings.map(\.login)).sorted()
        try HandoverStore.lock(logins, transaction)
        let (paths, readers) = try readers(logins, known, at: now, transaction)
        try UnreachedStore.put(
            Dictionary(grouping: tellings, by: \.login).mapValues(\.count),
            unreached: readers.filter { _, reader in
                reader.addresses.isEmpty
            }.keys, at: now, transaction)
        let crowd = try HandoverStore.crowd(
            logins, since: now.adding(seconds: -HandoverPlan.span), transaction)
        let planned = HandoverPlan.handovers(tellings, readers: readers, floor: floor, crowd: crowd, at: now)
        try put(planned, paths, at: now, transaction)
    }

    /// Has what a channel refused, or does not take for long, handed over by the next one that people have, as far as there is one.
    func plan(
        insteadOf failed: [HandoverStore.Failed], _ known: KnownPeople, at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        guard !failed.isEmpty else { return }
        let logins = Set(failed.map(\.login)).sorted()
        try HandoverStore.lock(logins, transaction)
        let (paths, readers) = try readers(logins, known, at: now, transaction)
        let planned = failed.compactMap { handover in
            readers[handover.login].flatMap { reader in
                HandoverPlan.next(
                    after: handover.tried, of: handover.id, handover.tellings, reader: reader,
                    severity: handover.severity, floor: floor, at: now)
            }
        }
        try put(planned, paths, at: now, transaction)
    }

    private func readers(
        _ logins: [String], _ known: KnownPeople, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> (paths: [String: [String]], readers: [String: ReaderSettings]) {
        let said = try PreferenceStore.load(logins, transaction)
        let day = now.day()
        var paths: [String: [String]] = [:]
        var readers: [String: ReaderSettings] = [:]
        for login in logins {
            let node = known.book.person(login, on: day)?.node
            let path = node.map { known.book.path(from: $0, on: day).map(\.id) } ?? []
            paths[login] = path
            readers[login] = book.reach(login, said[login], for: path)
        }
        return (paths, readers)
    }

    private func put(
        _ planned: [PlannedHandover], _ paths: [String: [String]], at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        try HandoverStore.put(
            planned.compactMap { handover in
                book.server(handover.address.channel, for: paths[handover.login] ?? []).map { (handover, $0.name) }
            }, at: now, transaction)
    }
}
