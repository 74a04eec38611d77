import BrokerLayout
public import Contracts
import Messaging

/// Who acts: a person, and how it is known that it is this one.
public struct Principal: Sendable, Equatable {
    /// The person's login.
    public let person: String
    /// How that is known.
    public let proof: ActProof
    /// As which user of the broker the command was published, when that was verified.
    public let user: String?

    /// - Parameters: as the properties.
    public init(person: String, proof: ActProof, user: String?) {
        self.person = person
        self.proof = proof
        self.user = user
    }
}

/// Tells who acts by a command, from what the broker has verified.
///
/// The broker lets a property `user_id` through only when it is the name of the user who is logged in, so it names the
/// person, or the edge that speaks for one. What the command itself says of the person must be the same.
struct Principals: Sendable {
    /// Whether a person is believed by its word alone: in the demo profile.
    let isByWord: Bool

    /// Who acts by a command.
    ///
    /// - Parameters:
    ///   - delivery: the command.
    ///   - said: whom its data names as who acts.
    ///   - field: the field that names it.
    /// - Throws: a refusal when that cannot be told, or is not true.
    func principal(of delivery: Delivery, said: String?, field: String) throws(Refusal) -> Principal {
        let user = DeadLetter.verifiedUser(of: delivery)
        let onBehalfOf = delivery.properties.headers[BrokerUsers.onBehalfOf]
        if user == BrokerUsers.edge {
            guard let person = onBehalfOf?.text, BrokerUsers.isLogin(person) else {
                throw Refusal(
                    .publisherUnknown, path: Self.place,
                    "'\(BrokerUsers.edge)' acts for a person: name it by its login in this header")
            }
            try Self.agree(said, person, field)
            return Principal(person: person, proof: .edge, user: user)
        }
        try Self.checkEdge(delivery)
        if let user, said == nil || said == user {
            return Principal(person: user, proof: .user, user: user)
        }
        if isByWord, let said, !said.isEmpty { return Principal(person: said, proof: .word, user: user) }
        guard let user else {
            throw Refusal(
                .publisherUnknown, path: "properties.user_id",
                "who acts cannot be told: set the property user_id to the name you log in with")
        }
        try Self.agree(said, user, field)
        return Principal(person: user, proof: .user, user: user)
    }

    static let place = "headers.\(BrokerUsers.onBehalfOf)"

    /// Refuses a command or a question in which somebody other than the edge names a person.
    static func checkEdge(_ delivery: Delivery) throws(Refusal) {
        let user = DeadLetter.verifiedUser(of: delivery)
        guard delivery.properties.headers[BrokerUsers.onBehalfOf] != nil, user != BrokerUsers.edge else { return }
        throw Refusal(
            .notAuthorised, path: place,
            "only '\(BrokerUsers.edge)' speaks for others; this was published by '\(user ?? "nobody who is known")'")
    }

    private static func agree(_ said: String?, _ person: String, _ field: String) throws(Refusal) {
        guard let said, said != person else { return }
        throw Refusal(
            .notAuthorised, path: "$.\(field)", "this is '\(person)', who does not act as '\(said.prefix(64))'")
    }
}
