import Contracts
import Domain
import Postgres
import ServiceKit

/// Days from the first to the last, both included.
struct Period: Equatable, CustomStringConvertible {
    let from: CalendarDay
    let to: CalendarDay

    /// The most days that one question spans: eleven years.
    static let maximumDays = 4_018

    init(from: CalendarDay, to: CalendarDay, path: String) throws(Refusal) {
        guard from <= to else { throw Refusal(.contradictoryTimes, path: path, "the first day lies after the last") }
        guard to.daysSinceEpoch - from.daysSinceEpoch < Self.maximumDays else {
            throw Refusal(.valueNotAllowed, path: path, "a period has at most \(Self.maximumDays) days")
        }
        self.from = from
        self.to = to
    }

    /// - Parameter text: such as `2026-01-01..2026-01-31`.
    init(_ text: String, path: String) throws(Refusal) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, let from = CalendarDay(String(parts[0])),
            let to = CalendarDay(String(parts[2]))
        else {
            throw Refusal(.badTime, path: path, "write a period as two days, such as 2026-01-01..2026-01-31")
        }
        try self.init(from: from, to: to, path: path)
    }

    var description: String { "\(from)..\(to)" }
}

extension QueryArguments {
    /// A period that must be there.
    func period(_ name: String) throws -> Period { try Period(required(name), path: "parameters.\(name)") }

    /// Which lines of a period are meant.
    ///
    /// - Parameter bases: by which days they may be asked for.
    func lines(
        of period: Period, bases: [ProfitLineStore.Basis] = [.placed, .service], _ transaction: borrowing Transaction
    ) throws -> ProfitLineStore.Scope {
        var basis = ProfitLineStore.Basis.placed
        if let text = self["basis"] {
            guard let known = ProfitLineStore.Basis(rawValue: text), bases.contains(known) else {
                throw Refusal(
                    .valueNotAllowed, path: "parameters.basis",
                    "'basis' is \(bases.map(\.rawValue).joined(separator: " or ")) here")
            }
            basis = known
        }
        return ProfitLineStore.Scope(
            from: period.from, to: period.to, basis: basis, branch: self["branch"], businessLine: self["line"],
            customers: try customers(transaction))
    }
}
