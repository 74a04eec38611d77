import Contracts
import Domain

extension PeopleJudge {
    /// What a statement would change.
    struct Proposal {
        let statement: Int
        let recordedAt: Timestamp
        var nodes: [(index: Int, life: NodeLife)] = []
        var persons: [(index: Int, life: PersonLife)] = []
        /// Who leaves, when that is what is said.
        var leaver: String?
        /// What is said again as it is known.
        var same: [PeopleChange] = []
    }

    /// Something that is wrong with what would be known.
    struct Wrong {
        let fault: OrganisationFault
        /// Whose record it is: the node's code or the person's login.
        let key: String
        let from: CalendarDay
        /// The proposal that the record is of, with the place of node or person and of the period in its message.
        let owner: (proposal: Int, life: Int, period: Int)?
        /// What the record stands on.
        let node: String?
        let manager: String?
        let externalId: String?

        /// The same whatever else is known.
        var name: String {
            "\(fault.reason.rawValue) \(fault.subject.rawValue) \(key) \(from) \(fault.field) \(fault.detail)"
        }
    }

    /// Why a statement is refused that makes no organisation with what is known.
    static func refusal(_ wrong: [Wrong], _ proposal: Proposal) -> Refusal {
        guard let first = wrong.first(where: { $0.owner != nil }) ?? wrong.first else {
            return Refusal(.internalError, path: "$", "nothing is wrong with it")
        }
        let more = wrong.count > 1 ? " (and \(wrong.count - 1) more)" : ""
        let isOthers = first.owner == nil || proposal.leaver != nil
        let whose = isOthers ? "'\(first.key)' from \(first.from): " : ""
        return Refusal(
            Reason(first.fault.reason), path: path(of: first, proposal), "\(whose)\(first.fault.detail)\(more)")
    }

    /// Where in its message a statement is wrong: at the field itself, or at the node or person on which another one stands.
    private static func path(of wrong: Wrong, _ proposal: Proposal) -> String {
        if proposal.leaver != nil { return "$.lastDay" }
        if let owner = wrong.owner {
            let list = wrong.fault.subject == .node ? "nodes" : "persons"
            switch wrong.fault.field {
            case "id": return "$.nodes[\(owner.life)].node"
            case "login": return "$.persons[\(owner.life)].login"
            case "chineseName": return "$.\(list)[\(owner.life)].periods[\(owner.period)].name"
            case let field: return "$.\(list)[\(owner.life)].periods[\(owner.period)].\(field)"
            }
        }
        if let node = proposal.nodes.first(where: { $0.life.node == wrong.node }) {
            return "$.nodes[\(node.index)].periods"
        }
        if let person = proposal.persons.first(where: { person in
            person.life.login == wrong.manager
                || wrong.externalId.map { number in person.life.periods.contains { $0.externalId == number } } ?? false
        }) {
            return "$.persons[\(person.index)].periods"
        }
        return proposal.nodes.first.map { "$.nodes[\($0.index)]" }
            ?? proposal.persons.first.map { "$.persons[\($0.index)]" } ?? "$"
    }
}
