import Contracts
import Domain
import ServiceKit

/// Customers whose orders are not simply taken: by their acceptance, and by what they owe.
enum RaisedStandings {
    // MARK: Acceptance

    static func tell(
        _ event: AcceptanceChanged, _ home: CustomerHome?, causedBy cause: Envelope?, _ effects: inout Effects
    ) {
        let revision = effects.noticeRevision()
        guard event.state != .open else {
            // What is set while it is open, or begins later, was never said to be otherwise.
            guard event.previous != .open else { return }
            return effects.clear(
                NoticeName(.acceptanceStopped, event.customerId, part: event.businessLine), revision: revision,
                because: event.reason, causedBy: cause)
        }
        let kind: NoticeKind = event.state == .stopped ? .acceptanceStopped : .acceptanceHeld
        let figures = event.figures
        effects.raise(
            NoticeContent(
                NoticeName(kind, event.customerId, part: event.businessLine),
                event.state == .stopped ? .urgent : .attention, revision: revision,
                atStake: figures.map { Money($0.revenue, $0.currency) }, customerId: event.customerId,
                businessLine: event.businessLine, node: home?.branch, owner: event.owner ?? home?.owner,
                alsoTo: [home?.owner],
                facts: [
                    .code("customer", home?.code), .text("name", home?.name, .personalData),
                    .code("line", event.businessLine), .code("state", event.state.rawValue),
                    .code("previous", event.previous.rawValue), .text("reason", event.reason),
                    .count("orders", figures?.orders), figures.flatMap { .money("revenue", $0.revenue, $0.currency) },
                    figures.flatMap { .money("margin", $0.margin, $0.currency, .margin) },
                    .rate("margin-rate", figures?.marginRate, .margin), .text("plan", event.plan),
                    .day("until", event.until), .code("by", event.by),
                ], next: kind.next(["customer": event.customerId]),
                dueAt: event.until.map { OrganisationZone.current.end(of: $0) }, happenedAt: event.changedAt),
            causedBy: cause)
    }

    static func tell(
        _ event: OverrideGranted, _ home: CustomerHome?, causedBy cause: Envelope, _ effects: inout Effects
    ) {
        let name = NoticeName(.acceptanceOverride, event.customerId, part: event.overrideId)
        effects.raise(
            NoticeContent(
                name, .information, revision: effects.noticeRevision(),
                atStake: Money(event.cap, event.currency), customerId: event.customerId,
                businessLine: event.businessLine, node: home?.branch, owner: home?.owner,
                facts: [
                    .code("customer", home?.code), .text("name", home?.name, .personalData),
                    .code("line", event.businessLine), .money("cap", event.cap, event.currency),
                    .day("from", event.from), .day("until", event.to), .text("reason", event.reason),
                    .code("by", event.by), .code("tier", event.tier),
                ], next: name.kind.next(["customer": event.customerId]),
                expiresAt: OrganisationZone.current.end(of: event.to), happenedAt: event.grantedAt), causedBy: cause)
    }

    // MARK: Credit

    static func tell(_ event: CreditStateChanged, _ home: CustomerHome?, _ effects: inout Effects) {
        let revision = effects.noticeRevision()
        let kind: NoticeKind
        let severity: NoticeSeverity
        switch event.state {
        case .ok:
            return effects.clear(
                NoticeName(.creditWatch, event.customerId), revision: revision, because: event.reason)
        case .watch: (kind, severity) = (.creditWatch, .attention)
        case .hold: (kind, severity) = (.creditHold, .urgent)
        case .stop: (kind, severity) = (.creditStop, .critical)
        }
        let figures = event.figures
        effects.raise(
            NoticeContent(
                NoticeName(kind, event.customerId), severity, revision: revision,
                atStake: figures.map { Money($0.exposure, $0.currency) }, customerId: event.customerId,
                businessLine: "*", node: home?.branch, owner: home?.owner,
                facts: [
                    .code("customer", home?.code), .text("name", home?.name, .personalData),
                    .code("state", event.state.rawValue), .code("previous", event.previous.rawValue),
                    .text("reason", event.reason), figures.flatMap { .money("exposure", $0.exposure, $0.currency) },
                    figures.flatMap { .money("limit", $0.limit, $0.currency) },
                    figures.flatMap { .money("available", $0.available, $0.currency) },
                    .code("group", figures?.group), .count("days-overdue", event.maxDaysOverdue),
                    .day("until", event.until),
                ], next: kind.next(["customer": event.customerId]),
                dueAt: event.until.map { OrganisationZone.current.end(of: $0) }, happenedAt: event.changedAt))
    }
}
