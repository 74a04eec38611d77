import Contracts
import Domain
import Postgres
import ServiceKit

/// What people do about alerts, and what happens when they do nothing.
struct AlertLoopHandlers: Sendable {
    private static let continuation = "alerts.escalate-on"

    let authority: Authority

    var tasks: [ScheduledTask] {
        [
            .daily("alerts.escalate") { items, transaction, effects in
                try escalate(items, transaction, &effects)
            },
            .onDemand(Self.continuation) { items, transaction, effects in
                try escalate(items, transaction, &effects)
            },
        ]
    }

    func diagnose(
        _ messages: [Received<DiagnoseAlert>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let superiors = try Superiors(authority, transaction)
        var alerts = try AlertLoopStore.lock(messages.map(\.body.alertId), transaction)
        var changes: [String: AlertLoopStore.Diagnosed] = [:]
        for message in messages {
            let command = message.body
            do throws(Refusal) {
                var alert = try Self.find(command.alertId, alerts)
                try AlertLoopPolicy.diagnose(
                    &alert, command, superiors, on: effects.now.day(), isRuled: message.permit.hasAmounts)
                alerts[command.alertId] = alert
                changes[command.alertId] = AlertLoopStore.Diagnosed(
                    command: command, onBehalfOf: message.onBehalfOf, at: effects.now)
                effects.publish(
                    MarginAlertDiagnosed(
                        alert.reference, reason: command.reason, plan: command.plan,
                        recoverBy: command.recoverBy, diagnoseBy: alert.diagnoseBy, by: command.by,
                        diagnosedAt: effects.now),
                    causedBy: message.envelope, key: alert.reference.customerId)
                RaisedMargins.change(alert, causedBy: message.envelope, &effects)
                effects.count("alerts_diagnosed")
            } catch {
                effects.refuse(message, error)
            }
        }
        try AlertLoopStore.diagnose(changes.sorted { $0.key < $1.key }.map(\.value), transaction)
    }

    func close(
        _ messages: [Received<CloseAlert>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let superiors = try Superiors(authority, transaction)
        var alerts = try AlertLoopStore.lock(messages.map(\.body.alertId), transaction)
        var changes: [AlertLoopStore.Closed] = []
        for message in messages {
            let command = message.body
            do throws(Refusal) {
                var alert = try Self.find(command.alertId, alerts)
                let reason = try AlertLoopPolicy.close(
                    &alert, command, superiors, on: effects.now.day(), isRuled: message.permit.hasAmounts)
                alerts[command.alertId] = alert
                changes.append(
                    AlertLoopStore.Closed(command: command, onBehalfOf: message.onBehalfOf, at: effects.now))
                effects.publish(
                    MarginAlertClosed(
                        alert.reference, outcome: command.outcome, reason: reason, note: command.note,
                        by: command.by, closedAt: effects.now),
                    causedBy: message.envelope, key: alert.reference.customerId)
                RaisedMargins.close(alert.reference, command, causedBy: message.envelope, &effects)
                effects.count("alerts_closed")
            } catch {
                effects.refuse(message, error)
            }
        }
        try AlertLoopStore.close(changes.sorted { $0.command.alertId < $1.command.alertId }, transaction)
    }

    /// Runs at the end of a business day: what was to be done until then and is not goes to the manager, once.
    func escalate(
        _ items: [ScheduledItem], limit: Int = 2_000, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let superiors = try Superiors(authority, transaction)
        for item in items {
            let day = item.due.day()
            let late = try AlertLoopStore.late(on: day, limit: limit, transaction)
            var escalated: [(alertId: String, to: String)] = []
            for (alert, dueOn) in late {
                let reference = alert.reference
                let manager = superiors.manager(of: reference.salesOwner, branch: reference.branch, on: day)
                escalated.append((reference.alertId, manager))
                let delay: AlertDelay = alert.diagnosis == nil ? .diagnosis : .recovery
                effects.publish(
                    MarginAlertEscalated(
                        reference, delay: delay, dueOn: dueOn, escalatedTo: manager, escalatedAt: effects.now),
                    key: reference.customerId)
                RaisedMargins.change(alert, escalatedTo: (manager, delay, dueOn), &effects)
            }
            effects.count("alerts_escalated", late.count)
            try AlertLoopStore.escalate(escalated, at: effects.now, transaction)
            // One transaction holds only so many messages.
            if late.count == limit { effects.schedule(Self.continuation, key: "", at: item.due) }
        }
    }

    private static func find(_ alertId: String, _ alerts: [String: AlertCase]) throws(Refusal) -> AlertCase {
        guard let alert = alerts[alertId] else {
            throw Refusal(
                .notFound, path: "$.alertId",
                "there is no alert '\(alertId)': 'waybill alerts list' shows those there are")
        }
        return alert
    }
}
