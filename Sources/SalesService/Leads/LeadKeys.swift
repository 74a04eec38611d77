import Contracts
import PartyMatching
import ServiceKit

extension LeadCaptured {
    /// By what it is found to be of somebody who is there, the strongest first; nothing for what could be anybody's.
    ///
    /// - Parameter source: the system that says it.
    func keys(from source: String) -> [LeadKey] {
        var keys: [LeadKey] = []
        func add(_ kind: LeadEvidence, _ value: String?) {
            if let value { keys.append(LeadKey(kind: kind, value: value)) }
        }
        add(.customer, customer.map { AccountIdentifier.customer(source: $0.source ?? source, code: $0.code) })
        add(.creditCode, creditCode.flatMap(ContactKey.creditCode))
        add(.email, email.flatMap(ContactKey.email))
        add(.phone, phone.flatMap(ContactKey.phone))
        add(.company, company.flatMap(ContactKey.company))
        return keys
    }
}
