import Contracts
import Domain
import Postgres
import ServiceKit

/// Accounts that may be one customer, said to the manager of their branch while somebody has to decide. One notice a branch: an
/// import may bring thousands of them, and whoever decides takes them from the list.
enum RaisedReviews {
    static let tasks: [ScheduledTask] = [
        .every("parties.reviews", seconds: 3_600) { _, transaction, effects in try look(transaction, &effects) }
    ]

    /// Says what is other than before.
    private static func look(_ transaction: borrowing Transaction, _ effects: inout Effects) throws {
        let waiting = try ReviewQueries.waiting(transaction)
        let told = try ReviewToldStore.told(transaction)
        let counts = Dictionary(uniqueKeysWithValues: waiting.map { ($0.branch, $0.pairs) })
        for (branch, pairs, oldest) in waiting where told[branch] != pairs {
            raise(branch, pairs, oldest, isNew: told[branch] == nil, &effects)
        }
        for branch in told.keys.sorted() where counts[branch] == nil {
            effects.clear(
                NoticeName(.identityReview, branch), revision: effects.noticeRevision(), because: "decided or put off")
        }
        try ReviewToldStore.put(counts, former: told, transaction)
    }

    private static func raise(
        _ branch: String, _ pairs: Int, _ oldest: Timestamp, isNew: Bool, _ effects: inout Effects
    ) {
        let name = NoticeName(.identityReview, branch)
        let content = NoticeContent(
            name, .attention, revision: effects.noticeRevision(), businessLine: "*", node: branch == "-" ? nil : branch,
            facts: [.count("pairs", pairs), .time("oldest", oldest)], next: name.kind.next(), happenedAt: effects.now)
        if isNew { effects.raise(content) } else { effects.change(content) }
    }
}
