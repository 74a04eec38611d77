import Contracts
import Domain

/// By how much an order changes the sums of a day, of its account and branch. Pure.
struct LateChange: Equatable {
    let place: Contribution.Key
    let branch: String
    var sums = Contribution()
    /// Revenue whether its cost is known or not.
    var earned = FixedDecimal.zero

    /// What lies between two states of an order: nothing when its sums stay, two when it moves.
    static func between(_ before: OrderRow?, _ after: OrderRow?, _ key: OrderKey) -> [LateChange] {
        var found: [LateChange] = []
        for (row, sign) in [(before, -1), (after, 1)] {
            guard let row, let (place, sums) = Contribution.of(row, key) else { continue }
            let at =
                found.firstIndex { $0.place == place && $0.branch == row.branch } ?? found.endIndex
            if at == found.endIndex { found.append(LateChange(place: place, branch: row.branch)) }
            found[at].sums.add(sums, sign: sign)
            found[at].earned = found[at].earned + (sign < 0 ? -row.margin.earned : row.margin.earned)
        }
        return found.filter { !$0.sums.isNothing || $0.earned != .zero }
            .sorted { ($0.place, $0.branch) < ($1.place, $1.branch) }
    }
}
