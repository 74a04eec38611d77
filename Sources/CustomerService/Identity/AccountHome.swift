import Domain

/// Which branch looks after an account, and who, worked out from its orders. Pure.
///
/// An account that orders from two branches by turns would move with each order, and each move is told to four services.
/// So an account stays where it is until most of its last orders name another branch, and so with its owner. A master
/// record that names a branch moves it there at once; orders placed after that day count from then on.
///
/// What comes out depends on the orders and the master record alone, and not on when they came: the orders are gone
/// through by day and number, from the master record or, without one, from where the first of them was placed.
enum AccountHome {
    /// So many orders in a row are looked at together.
    static let window = 10
    /// So many of them must name another branch, or another owner, before the account moves there.
    static let majority = 7
    /// So many of an account's last orders are gone through.
    static let memory = 40

    /// What an order says.
    struct Word: Sendable, Equatable {
        let orderId: String
        let revision: Int
        let day: CalendarDay
        let branch: String?
        let salesOwner: String?
    }

    /// What the newest master record that changed the branch said.
    struct Report: Sendable, Equatable {
        let branch: String
        let saidAt: Timestamp
    }

    /// Where an account is at home.
    struct Home: Sendable, Equatable {
        var branch: String?
        var salesOwner: String?
        var report: Report?
    }

    /// Where an account is at home by all that is known.
    ///
    /// - Parameter words: orders in any order; of several revisions of one the highest counts.
    static func home(_ words: some Sequence<Word>, _ report: Report?) -> Home {
        var latest: [String: Word] = [:]
        for word in words where latest[word.orderId].map({ $0.revision < word.revision }) ?? true {
            latest[word.orderId] = word
        }
        let sorted = latest.values.sorted { ($0.day, $0.orderId) < ($1.day, $1.orderId) }.suffix(memory)
        let later = report.map { report in sorted.filter { $0.day > report.saidAt.day() } } ?? Array(sorted)
        return Home(
            branch: settled(later.compactMap(\.branch), from: report?.branch),
            salesOwner: settled(sorted.compactMap(\.salesOwner), from: nil), report: report)
    }

    /// What stands after some words in their order: the first, until most of a window say another one.
    static func settled(_ words: [String], from start: String?) -> String? {
        var standing = start ?? words.first
        var counts: [String: Int] = [:]
        for (place, word) in words.enumerated() {
            if place >= window { counts[words[place - window], default: 0] -= 1 }
            counts[word, default: 0] += 1
            if counts[word, default: 0] >= majority { standing = word }
        }
        return standing
    }

    /// The facts of a batch with the home that each account has by them; those of most accounts as they are, as they
    /// name the home that it has already.
    ///
    /// - Parameters:
    ///   - known: the accounts that are known.
    ///   - history: the words of the last orders of some accounts; asked once, and only when one may move.
    static func settle(
        _ facts: [AccountFact], _ known: [AccountKey: Account],
        history: ([AccountKey]) throws -> [AccountKey: [Word]]
    ) rethrows -> [AccountFact] {
        var moving: Set<AccountKey> = []
        var first: [AccountKey: AccountFact] = [:]
        for fact in facts where fact.branch != nil || fact.salesOwner != nil {
            let account = known[fact.key]
            let standing = account?.fact ?? first[fact.key]
            if fact.channel == .reported {
                if account?.report.map({ $0.branch != fact.branch && $0.saidAt < fact.saidAt }) ?? true {
                    moving.insert(fact.key)
                }
            } else if differs(fact.branch, standing?.branch) || differs(fact.salesOwner, standing?.salesOwner) {
                moving.insert(fact.key)
            }
            first[fact.key] = first[fact.key] ?? fact
        }
        guard !moving.isEmpty else { return facts }
        var words = try history(moving.sorted())
        var reports = moving.reduce(into: [:]) { $0[$1] = known[$1]?.report }
        for fact in facts where moving.contains(fact.key) {
            if let word = fact.word {
                words[fact.key, default: []].append(word)
            } else if fact.channel == .reported, let branch = fact.branch {
                let report = Report(branch: branch, saidAt: fact.saidAt)
                if reports[fact.key].map({ ($0.saidAt, $0.branch) < (report.saidAt, report.branch) }) ?? true {
                    reports[fact.key] = report
                }
            }
        }
        let homes = moving.reduce(into: [:]) { $0[$1] = home(words[$1] ?? [], reports[$1]) }
        return facts.map { fact in
            guard let home = homes[fact.key] else { return fact }
            var settled = fact
            settled.home = home
            return settled
        }
    }

    private static func differs(_ word: String?, _ standing: String?) -> Bool {
        guard let word, let standing else { return false }
        return word != standing
    }
}
