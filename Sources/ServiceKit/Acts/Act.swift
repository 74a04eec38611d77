import BrokerLayout
import Contracts
import Domain
import Messaging

/// That a message is a command by which a person acts: who it is, and what is needed to know it again.
///
/// An object of its own, so that the many messages by which nobody acts carry one empty word for it.
package final class Act: Sendable {
    let principal: Principal
    /// The digest of its data: the same identifier with other data is another command.
    let digest: String
    /// The source under which the inbox knows it. What people type of another system's books names that system as its
    /// source, and must not take the identifiers of its own messages.
    let inboxSource: String

    /// - Parameters:
    ///   - principal: who acts.
    ///   - digest: the digest of its data.
    ///   - inboxSource: the source under which the inbox knows it.
    package init(principal: Principal, digest: String, inboxSource: String) {
        self.principal = principal
        self.digest = digest
        self.inboxSource = inboxSource
    }

    /// The source under which the inbox knows what people type of other systems' books.
    package static let people = "waybill.people"
}

/// Whether a message comes by the exchange of commands and waits for an answer, and where that goes.
struct Asker: Sendable {
    private let queue: String
    private let correlationID: String?
    /// Whether this service answers. Of several that read what people do, such as a consent, the first alone does: whoever asks takes
    /// the first answer for all there is to know. What another of them refuses stands in the audit and in its log.
    let isAnswered: Bool

    /// - Parameters:
    ///   - delivery: the message.
    ///   - service: which service has it.
    /// - Returns: `nil` for what is no command, or names no queue for the answer.
    init?(_ delivery: Delivery, of service: ServiceName) {
        guard delivery.exchange == Exchanges.commands, let queue = delivery.properties.replyTo, !queue.isEmpty else {
            return nil
        }
        self.queue = queue
        correlationID = delivery.properties.correlationID
        let readers = Catalogue.description(of: MessageType(delivery.routingKey))?.readers ?? []
        isAnswered = !readers.contains(service) || readers.first == service
    }

    /// The answer as a message; `nil` where another service answers. Nobody takes it when who asked is gone; that is no fault.
    func message(_ reply: ActReply) -> Outgoing? {
        guard isAnswered else { return nil }
        return Outgoing(
            exchange: Exchanges.replies, routingKey: queue,
            properties: MessageProperties(
                contentType: "application/json", deliveryMode: 1, correlationID: correlationID),
            body: reply.encode(), isMandatory: false)
    }
}

/// A command as it stands among those carried out.
package struct ActRow: Sendable {
    let name: MessageName
    let type: MessageType
    let principal: Principal
    /// The source that the command named: whose numbers it speaks of.
    let source: String
    let digest: String
    let reply: ActReply
    /// By what the person may.
    var rule = AuditRule.none
    /// What it is about.
    var object = AuditedObject.unnamed
}

extension AnyReceived {
    /// What names it in the inbox.
    var name: MessageName { MessageName(source: act?.inboxSource ?? envelope.source, id: envelope.id) }
}

extension BatchWork where Session: ~Copyable {
    /// The answers to the commands of a batch, by their positions, once its handlers have run; those that were carried
    /// out are written down.
    ///
    /// - Parameters:
    ///   - messages: the batch.
    ///   - handled: the places of those that the handlers were given.
    ///   - known: those of the batch that were carried out before.
    ///   - effects: what the handlers have done.
    func answer(
        _ messages: [AnyReceived], handled: Set<Int>, known: [MessageName: ActRow], _ effects: Effects,
        at now: Timestamp, _ transaction: borrowing Session
    ) throws -> [Int: ActReply] {
        var answers: [Int: ActReply] = [:]
        var rows: [MessageName: ActRow] = known
        var fresh: [ActRow] = []
        for (place, message) in messages.enumerated() where handled.contains(place) {
            guard let act = message.act, effects.refusals[message.position] == nil else { continue }
            let results = effects.outgoing.filter { $0.envelope.causationID == message.envelope.id }.map {
                ActReply.Result(type: $0.envelope.type, data: $0.data)
            }
            let reply = ActReply.done(
                id: message.envelope.id, person: act.principal.person, proof: act.principal.proof, results: results)
            let row = ActRow(
                name: message.name, type: message.envelope.type, principal: act.principal,
                source: message.envelope.source, digest: act.digest, reply: reply,
                rule: effects.rules[message.position] ?? .none,
                object: AuditedObject(of: message.body, from: message.envelope.source))
            answers[message.position] = reply
            rows[row.name] = row
            fresh.append(row)
        }
        try transaction.record(fresh, at: now)
        for (place, message) in messages.enumerated() where !handled.contains(place) {
            guard let act = message.act else { continue }
            guard let row = rows[message.name] else {
                // Handled by a release that kept no book of commands, or refused in this batch under the same identifier.
                answers[message.position] =
                    ActReply.done(
                        id: message.envelope.id, person: act.principal.person, proof: act.principal.proof, results: [],
                        isRepeated: true)
                continue
            }
            if row.digest == act.digest, row.principal.person == act.principal.person {
                answers[message.position] = row.reply.repeated
            } else {
                answers[message.position] = .refused(
                    id: message.envelope.id, person: act.principal.person, proof: act.principal.proof,
                    Refusal(
                        .conflictingContent, path: "id",
                        "'\(message.envelope.id)' is the identifier of another command, of '\(row.principal.person)'"))
            }
        }
        return answers
    }
}
