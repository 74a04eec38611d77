import BrokerLayout
import Contracts
import Domain
import Messaging

/// What an operator did with a message, or what somebody tried to have done in another's name, as the exchange of the audit
/// tells it.
struct OperatorAct: Sendable, Equatable {
    /// Names the record: the digest of its bytes.
    let digest: String
    /// When.
    let at: Timestamp
    /// Who, by their own word.
    let who: String
    /// As which user of the broker.
    let brokerUser: String
    /// What was done.
    let act: String
    /// Why, as the operator said. Not of a refusal: its words may hold what was typed.
    let why: String?
    /// In which service's queue the message stood.
    let service: String?
    /// The message's id.
    let id: String?
    /// Who sent it.
    let source: String?
    /// What it is.
    let type: String?
    /// Why it was refused.
    let reason: String?
    /// The digest of its body.
    let bodyDigest: String?

    /// - Parameters:
    ///   - body: the record's bytes.
    ///   - now: when it came, for one that does not say when it was made.
    init(body: [UInt8], now: Timestamp) {
        let root = try? JSONDocument(parsing: body).root
        func text(_ name: String, _ most: Int = 200) -> String? { root?[name]?.string.map { auditText($0, most) } }
        digest = AuditRecord.digest(body)
        at = text("at").flatMap { Timestamp($0) } ?? now
        who = text("who") ?? ""
        brokerUser = text("brokerUser") ?? ""
        // What is no record is one all the same: somebody who may write there has written it.
        act = text("act") ?? "unreadable"
        why = act == AuditRecord.refusal ? nil : text("why", 1_000)
        service = text("service")
        id = text("id")
        source = text("source")
        type = text("type")
        reason = text("reason")
        bodyDigest = text("bodySHA256")
    }

    /// What an operator does to a service as its database user.
    ///
    /// - Parameters:
    ///   - act: what is done.
    ///   - service: to which service.
    ///   - type: to which kind of message, or which task.
    ///   - id: to which of them; empty for all.
    ///   - who: the person, as the machine knows them.
    ///   - time: when.
    init(
        _ act: String, of service: ServiceName, _ type: String, _ id: String, by who: String, at time: Timestamp
    ) {
        self.init(
            body: AuditRecord(who: who, brokerUser: "", act: act, why: "not said").message(
                at: time, service: service, id: id.isEmpty ? nil : id, source: nil, type: type, reason: "", body: []
            ).body, now: time)
    }
}
