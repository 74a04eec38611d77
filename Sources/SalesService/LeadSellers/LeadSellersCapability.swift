import Contracts
import Domain
import ServiceKit

extension Capability {
    /// Who takes leads, which and how many.
    static let leadSellers = Capability(
        handlers: [
            .on(SetLeadSeller.self) { messages, transaction, effects in
                let known = try PeopleReplica.known(transaction)
                let rules = LeaverRules(known.book)
                let taken = messages.filter { message in
                    // A login that nobody has would be given leads that nobody sees.
                    guard known.isRecorded, message.principal != nil, !rules.knows(message.body.login) else {
                        return true
                    }
                    effects.refuse(
                        message,
                        Refusal(.notFound, path: "$.login", "nobody has the login '\(message.body.login)'"))
                    return false
                }
                try LeadSellerStore.put(taken.map(\.body), transaction)
                effects.count("lead_sellers", taken.count)
            }
        ],
        tables: [ScopedTable("lead_seller", .owned(owner: "t.login", branch: nil, day: nil))])
}
