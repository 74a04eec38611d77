import Contracts
import Domain
import Postgres
import ServiceKit

/// What happens with a customer, written down once and never changed.
enum TimelineHandlers {
    /// That somebody spoke with a customer; what was said stands sealed elsewhere.
    static func interactions(
        _ contacts: [(source: String, eventId: String, code: String, channel: String, by: String, at: Timestamp)],
        _ transaction: borrowing Transaction
    ) throws {
        try TimelineStore.put(
            contacts.map {
                TimelineEntry(
                    source: $0.source, eventId: $0.eventId, accountSource: $0.source, code: $0.code, customerId: nil,
                    kind: "interaction: \($0.channel)", detail: $0.by, at: $0.at)
            }, transaction)
    }

    static func anomalyRaised(
        _ messages: [Received<OrderAnomalyRaised>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.sales, effects.now, transaction)
        try TimelineStore.put(
            messages.map {
                TimelineEntry(
                    source: $0.envelope.source, eventId: $0.envelope.id, accountSource: $0.body.source,
                    code: $0.body.customerCode, customerId: $0.body.customerId, kind: "order anomaly raised",
                    detail: "\($0.body.businessLine): \($0.body.metric.rawValue) \($0.body.direction.rawValue), "
                        + "\($0.body.observed) instead of \($0.body.baseline)", at: $0.body.raisedAt)
            }, transaction)
    }

    static func anomalyCleared(
        _ messages: [Received<OrderAnomalyCleared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.sales, effects.now, transaction)
        try TimelineStore.put(
            messages.map {
                TimelineEntry(
                    source: $0.envelope.source, eventId: $0.envelope.id, accountSource: $0.body.source,
                    code: $0.body.customerCode, customerId: $0.body.customerId, kind: "order anomaly cleared",
                    detail: "\($0.body.businessLine): \($0.body.reason.rawValue)", at: $0.body.clearedAt)
            }, transaction)
    }

    static func surveyRequested(
        _ messages: [Received<SurveyRequested>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.servicedesk, effects.now, transaction)
        try TimelineStore.put(
            messages.map {
                TimelineEntry(
                    source: $0.envelope.source, eventId: $0.envelope.id, accountSource: $0.body.source,
                    code: $0.body.customerCode, customerId: $0.body.customerId, kind: "survey requested",
                    detail: "order \($0.body.orderId): \($0.body.rule)", at: $0.body.requestedAt)
            }, transaction)
    }

    static func recoveryChanged(
        _ messages: [Received<RecoveryChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try LastHeard.note(.servicedesk, effects.now, transaction)
        try TimelineStore.put(
            messages.map {
                TimelineEntry(
                    source: $0.envelope.source, eventId: $0.envelope.id, accountSource: $0.body.source,
                    code: $0.body.customerCode, customerId: $0.body.customerId, kind: "survey answered low",
                    detail: "order \($0.body.orderId): \($0.body.state.rawValue)", at: $0.body.at)
            }, transaction)
    }
}
