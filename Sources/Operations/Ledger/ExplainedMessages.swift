import Contracts
package import Messaging

/// Refused messages, and those that an operator has thrown away: not handled, and explained.
package struct ExplainedMessages: Sendable {
    struct Identifier: Hashable {
        let service: ServiceName
        let source: String
        let id: String
    }

    private(set) var dead: Set<Identifier> = []
    private(set) var discarded: Set<Identifier> = []

    /// Nothing is explained.
    package init() {}

    /// What stands in the dead letters and in the audit.
    package static func load(as broker: BrokerConfiguration) async throws -> ExplainedMessages {
        var explained = ExplainedMessages()
        var all = DeadLetterSelection()
        all.limit = 60_000
        for letter in try await DeadLetterBrowser.all(all, as: broker) {
            guard let source = letter.source, let id = letter.id else { continue }
            explained.dead.insert(Identifier(service: letter.service, source: source, id: id))
        }
        for record in try await AuditTrail.all(as: broker) where record["act"] == AuditTrail.Act.discard.rawValue {
            guard let service = record["service"].flatMap(ServiceName.init(rawValue:)), let source = record["source"],
                let id = record["id"]
            else { continue }
            explained.discarded.insert(Identifier(service: service, source: source, id: id))
        }
        return explained
    }
}
