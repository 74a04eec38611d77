import Contracts
import Domain
import ServiceKit

/// What is told of who looks after an account: the days on which it is not whom orders and records name. Pure.
enum OwnershipMessage {
    /// How many stretches are told at most: the later ones.
    static let most = 400

    /// Whether others cannot know it by themselves.
    static func isTold(_ stretch: OwnershipStretch) -> Bool {
        switch stretch.ground {
        case .assigned, .inherited: true
        case .order, .record: stretch.owners.contains { $0.handedFrom != nil || $0.actingFor != nil }
        }
    }

    /// The periods that are told, with the first day of them when there are more before.
    static func periods(_ life: [OwnershipStretch]) -> (told: [OwnershipPeriod], since: CalendarDay?) {
        let all = life.filter(isTold).map { stretch in
            OwnershipPeriod(
                from: stretch.days.from, until: stretch.days.until, ground: stretch.ground, branch: stretch.branch,
                owners: stretch.owners.map { owner in
                    CustomerOwner(
                        login: owner.login, share: owner.share, handedFrom: owner.handedFrom,
                        actingFor: owner.actingFor, leftOn: owner.leftOn)
                })
        }
        let told = Array(all.suffix(most))
        return (told, told.count < all.count ? told.first?.from : nil)
    }

    /// What is told, in short.
    static func content(_ periods: (told: [OwnershipPeriod], since: CalendarDay?)) -> String {
        String.of(content: periods.told.flatMap { $0.encode() } + Array((periods.since?.description ?? "").utf8))
    }
}
