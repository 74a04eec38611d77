import BrokerLayout
import Contracts
import Domain
import Messaging

/// Who asks a question, as the broker has verified it.
package enum QuestionAsker: Sendable, Equatable {
    /// The service itself, or a partner, who is answered by rules of its own: nothing is kept from it here.
    case service
    /// A person, by login.
    case person(String)
    /// Whoever operates the system, who has the role of that name and nothing more.
    case `operator`
    /// Somebody of whom the broker does not say who it is.
    case unknown

    /// As what a policy knows it; `nil` for who is not asked about.
    var asPermitted: PermissionRequest.Asker? {
        switch self {
        case .person(let login): .person(login)
        case .operator: .role(.operator)
        case .service, .unknown: nil
        }
    }

    /// What it is called in refusals.
    var name: String {
        switch self {
        case .service: "the service"
        case .person(let login): login
        case .operator: BrokerUsers.operator
        case .unknown: "nobody who is known"
        }
    }
}

extension Principals {
    /// Who asks a question.
    ///
    /// - Throws: a refusal when somebody other than the edge names a person, or the edge names none.
    static func asker(of delivery: Delivery) throws(Refusal) -> QuestionAsker {
        try checkEdge(delivery)
        guard let user = DeadLetter.verifiedUser(of: delivery) else { return .unknown }
        if user == BrokerUsers.operator { return .operator }
        guard user == BrokerUsers.edge else { return .person(user) }
        guard let person = delivery.properties.headers[BrokerUsers.onBehalfOf]?.text, BrokerUsers.isLogin(person)
        else {
            throw Refusal(
                .publisherUnknown, path: place,
                "'\(BrokerUsers.edge)' asks for a person: name it by its login in this header")
        }
        return .person(person)
    }
}
