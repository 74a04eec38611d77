import Contracts
import Postgres
import ServiceKit

/// What happens with a customer, written down once and never changed.
enum TimelineHandlers {
    private struct Entry {
        let source: String
        let eventId: String
        let accountSource: String?
        let code: String
        let customerId: String?
        let kind: String
        let detail: String
        let at: Timestamp
    }

    static func interaction(
        _ messages: [Received<InteractionLogged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try IdentityHandlers.take(
            messages.map {
                AccountFact(source: $0.envelope.source, code: $0.body.customer.code, saidAt: $0.body.at)
            }, transaction, &effects)
        try put(
            messages.map {
                Entry(
                    source: $0.envelope.source, eventId: $0.body.interactionId, accountSource: $0.envelope.source,
                    code: $0.body.customer.code, customerId: nil, kind: "interaction: \($0.body.channel.rawValue)",
                    detail: "\($0.body.by): \($0.body.summary)", at: $0.body.at)
            }, transaction)
    }

    static func anomalyRaised(
        _ messages: [Received<OrderAnomalyRaised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(
            messages.map {
                Entry(
                    source: $0.envelope.source, eventId: $0.envelope.id, accountSource: $0.body.source,
                    code: $0.body.customerCode, customerId: $0.body.customerId, kind: "order anomaly raised",
                    detail: "\($0.body.businessLine): \($0.body.metric.rawValue) \($0.body.direction.rawValue), "
                        + "\($0.body.observed) instead of \($0.body.baseline)", at: $0.body.raisedAt)
            }, transaction)
    }

    static func anomalyCleared(
        _ messages: [Received<OrderAnomalyCleared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(
            messages.map {
                Entry(
                    source: $0.envelope.source, eventId: $0.envelope.id, accountSource: $0.body.source,
                    code: $0.body.customerCode, customerId: $0.body.customerId, kind: "order anomaly cleared",
                    detail: "\($0.body.businessLine): \($0.body.reason.rawValue)", at: $0.body.clearedAt)
            }, transaction)
    }

    static func surveyRequested(
        _ messages: [Received<SurveyRequested>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try put(
            messages.map {
                Entry(
                    source: $0.envelope.source, eventId: $0.envelope.id, accountSource: $0.body.source,
                    code: $0.body.customerCode, customerId: $0.body.customerId, kind: "survey requested",
                    detail: "order \($0.body.orderId): \($0.body.rule)", at: $0.body.requestedAt)
            }, transaction)
    }

    private static func put(_ entries: [Entry], _ transaction: borrowing Transaction) throws {
        guard !entries.isEmpty else { return }
        try transaction.execute(
            """
            insert into timeline (source, event_id, account_source, code, customer_id, kind, detail, happened_at)
            select * from unnest(
                \(entries.map(\.source)), \(entries.map(\.eventId)), \(entries.map(\.accountSource)),
                \(entries.map(\.code)), \(entries.map(\.customerId)), \(entries.map(\.kind)), \(entries.map(\.detail)),
                \(entries.map { PostgresValue.timestamp($0.at.description) }))
            on conflict do nothing
            """)
    }
}
