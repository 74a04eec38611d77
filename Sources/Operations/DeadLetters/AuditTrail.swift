import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
package import Messaging

/// The record of what operators did with refused messages, to the broker and to who may come in: a queue that nobody empties.
package struct AuditTrail: Sendable {
    /// What was done.
    package enum Act: String, Sendable {
        case edit, replay, discard
    }

    /// What was done to the broker itself, or to who may come in by the console.
    package enum BrokerAct: String, Sendable, CaseIterable {
        /// A user was made; the record names it.
        case addUser = "add-user"
        /// A user and its connections were closed; the record names it.
        case removeUser = "remove-user"
        /// Exchanges, queues and bindings were declared.
        case applyTopology = "apply-topology"
        /// Somebody may sign in at the console with a password; the record names the login.
        case addConsoleUser = "add-console-user"
        /// Somebody got another password of the console, and may sign in again if that was closed.
        case changeConsolePassword = "change-console-password"
        /// A link was made that lets somebody in once.
        case makeSignInLink = "make-sign-in-link"
        /// Somebody signs in at the console no more; sessions, links and tokens are gone.
        case closeConsoleUser = "close-console-user"
        /// To which account of the provider a login belongs is forgotten.
        case unbindConsoleUser = "unbind-console-user"
        /// Somebody came in at the console by a password because the provider of sign-ins is away; the console itself says so.
        case emergencySignIn = "emergency-sign-in"
        /// A program got a token; the record names the holder, and of what kind it is beside its name.
        case addToken = "add-token"
        /// A program's token holds no more.
        case removeToken = "remove-token"
    }

    private let who: String
    private let user: String
    private let why: String

    /// - Parameters:
    ///   - who: the person, as the machine knows them.
    ///   - user: as which user of the broker.
    ///   - why: what the operator says.
    package init(who: String = NSUserName(), user: String, why: String?) {
        self.who = who
        self.user = user
        self.why = why ?? "not said"
    }

    /// The records of an act, to be published with confirms before anything is taken out.
    package func records(_ act: Act, _ letters: [BrowsedDeadLetter]) -> [Outgoing] {
        let now = Timestamp.now()
        let record = AuditRecord(who: who, brokerUser: user, act: act.rawValue, why: why)
        return letters.map { letter in
            record.message(
                at: now, service: letter.service, id: letter.id, source: letter.source, type: letter.type,
                reason: letter.reason, body: letter.delivery.body)
        }
    }

    /// Writes down what is done to the broker or to who may come in, before it is done. What is done afterwards may fail; nothing is done that is not
    /// on record.
    ///
    /// - Parameters:
    ///   - act: what is done.
    ///   - user: the name of the user to whom it is done, or the holder of a token.
    ///   - kind: of what kind this user is, or another word for what it is done to.
    ///   - broker: the broker.
    /// - Throws: ``Failure`` when the broker does not confirm it: then nothing is to be done.
    package func note(
        _ act: BrokerAct, of user: String? = nil, _ kind: String? = nil, as broker: BrokerConfiguration
    ) async throws {
        let record = AuditRecord(who: who, brokerUser: self.user, act: act.rawValue, why: why).message(
            at: .now(), service: nil, id: user, source: nil, type: kind, reason: "", body: [])
        try await withPublisher(as: broker) { publisher in
            guard await publisher.publish([record]) == [.confirmed] else {
                throw Failure(
                    "'\(act.rawValue)' cannot be put on record, so it is not done: the broker did not take it at "
                        + "'\(Exchanges.audit)'; 'waybill topology apply' declares what is missing")
            }
        }
    }

    /// Every record there is, by its columns.
    package static func all(as broker: BrokerConfiguration) async throws -> [[String: String]] {
        try await bodies(as: broker).compactMap { body in
            guard let root = try? JSONDocument(parsing: body).root else { return nil }
            var record: [String: String] = [:]
            for column in AuditRecord.columns { record[column] = root[column]?.string }
            return record
        }
    }

    /// Every record there is, as it stands there.
    package static func bodies(as broker: BrokerConfiguration) async throws -> [[UInt8]] {
        let session = try await BrokerSession.connect(broker)
        let waiting = try await session.status(of: Queues.audit).messages
        var records: [[UInt8]] = []
        if waiting > 0 {
            try await session.subscribe(Queues.audit, prefetch: 65_535)
            var seen = 0
            var worn: [Delivery] = []
            while seen < waiting {
                let deliveries = try await session.next(within: .seconds(2))
                if deliveries.isEmpty { break }
                seen += deliveries.count
                worn += deliveries.filter(Renewal.isDue)
                records += deliveries.map(\.body)
            }
            try await Renewal.renew(
                worn, by: Exchanges.audit, { $0.routingKey }, on: session, as: broker)
            try await session.unsubscribe()
        }
        await session.close()
        return records
    }
}
