import Contracts
import Domain
import ServiceKit

/// Who is told that a complaint takes too long. Pure.
struct ClockEscalation: Sendable {
    /// The organisation; `nil` while no branch of it is recorded.
    private let book: OrganisationBook?
    private let organisation: Organisation

    /// - Parameters:
    ///   - known: who belongs where.
    ///   - organisation: the branches of the settings, while none is recorded.
    init(_ known: KnownPeople, or organisation: Organisation) {
        book = known.organisation.divisions.isEmpty ? nil : known.book
        self.organisation = organisation
    }

    /// The levels that somebody is told of, the first one first.
    static let levels = [ClockPolicy.warning] + ClockPolicy.escalations

    /// Who is told of a level: whoever has the complaint at the warning, then one further step up at each level, along the
    /// organisation of the day. Where nobody stands above, the highest there is; nobody, when nobody is known at all.
    func told(level: Int, agent: String?, branch: String?, on day: CalendarDay) -> String? {
        let steps = ClockPolicy.escalations.firstIndex(of: level).map { $0 + 1 } ?? 0
        guard steps > 0 else { return agent ?? chain(above: nil, branch: branch, on: day).first }
        let chain = chain(above: agent, branch: branch, on: day)
        return chain.isEmpty ? agent : chain[min(steps, chain.count) - 1]
    }

    /// Those above somebody on a day, the nearest first: managers, then whoever leads what the last of them belongs to and
    /// what is above that. For who is not recorded, those who lead the branch and what is above it.
    func chain(above agent: String?, branch: String?, on day: CalendarDay) -> [String] {
        guard let book else {
            let manager = branch.flatMap { organisation.branch($0, on: day)?.manager }
            return manager.map { $0 == agent ? [] : [$0] } ?? []
        }
        var chain: [String] = []
        var passed: Set<String> = agent.map { [$0] } ?? []
        var node = agent.flatMap { book.lastKnown($0, by: day)?.node } ?? branch
        var next = agent.flatMap { book.lastKnown($0, by: day)?.manager }
        while let login = next, passed.insert(login).inserted {
            // Whoever has left is passed over for who was above.
            if let person = book.person(login, on: day) {
                chain.append(login)
                node = person.node
            }
            next = book.lastKnown(login, by: day)?.manager
        }
        for record in node.map({ book.path(from: $0, on: day) }) ?? [] {
            guard let head = book.head(of: record.id, on: day)?.login, passed.insert(head).inserted else { continue }
            chain.append(head)
        }
        return chain
    }
}
