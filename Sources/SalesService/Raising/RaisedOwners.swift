import Contracts
import Domain
import ServiceKit

/// That another person looks after a customer, said to that person; and that whoever did has left.
enum RaisedOwners {
    /// For how many days a change is worth telling.
    private static let days: Int64 = 30

    /// - Parameter hasTold: whether anything was told of this before.
    static func tell(_ event: OwnershipChanged, hasTold: Bool, _ effects: inout Effects) {
        let line = event.businessLine ?? OwnershipRules.everyLine
        let today = effects.now.day()
        let revision = NoticeRevision.of(revision: event.revision, number: 1)
        // The stretch of today, or the next one that begins.
        let period =
            event.periods.first { $0.from <= today && ($0.until.map { $0 >= today } ?? true) }
            ?? event.periods.first { $0.from > today }
        guard let period, let owner = period.owners.first else {
            guard hasTold else { return }
            return effects.clear(
                NoticeName(.ownerChanged, source: event.source, event.code, part: line), revision: revision,
                because: "nothing is said any more")
        }
        let kind: NoticeKind = owner.actingFor != nil || owner.login == nil ? .ownerLeft : .ownerChanged
        effects.raise(
            NoticeContent(
                NoticeName(kind, source: event.source, event.code, part: line),
                kind == .ownerLeft ? .attention : .information, revision: revision,
                customerId: AccountIdentifier.customer(source: event.source, code: event.code), businessLine: line,
                node: period.branch, owner: owner.login, alsoTo: period.owners.dropFirst().map(\.login),
                facts: [
                    .code("customer", event.code), .code("line", line), .day("from", period.from),
                    .day("until", period.until), .code("ground", period.ground.rawValue), .code("owner", owner.login),
                    .code("handed-from", owner.handedFrom), .code("acting-for", owner.actingFor),
                    .day("left-on", owner.leftOn),
                ], next: kind.next(["customer": event.code, "code": event.code]),
                expiresAt: kind == .ownerLeft
                    ? nil
                    : max(event.changedAt, OrganisationZone.current.beginning(of: period.from))
                        .adding(seconds: days * 86_400),
                happenedAt: event.changedAt))
    }
}
