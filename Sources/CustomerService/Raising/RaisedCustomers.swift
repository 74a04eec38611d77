import Contracts
import Domain
import Postgres
import ServiceKit

/// What the master says of a customer to whoever looks after it: that nobody speaks with it, that it orders less, that it is
/// two companies by its codes, that somebody has corrected it.
enum RaisedCustomers {
    // MARK: Contact

    static func tell(_ event: ContactLapsed, _ effects: inout Effects) {
        let name = NoticeName(.contactLapsed, event.customerId)
        effects.raise(
            NoticeContent(
                name, .attention, revision: effects.noticeRevision(), customerId: event.customerId,
                businessLine: "*", node: event.branch, owner: event.owner,
                facts: [
                    .text("name", event.name, .personalData), .time("last-contact", event.lastContactAt),
                    .count("days", event.afterDays),
                ], next: name.kind.next(), happenedAt: event.foundAt))
    }

    /// Somebody has spoken with customers.
    static func spoken(with customers: [String], _ effects: inout Effects) {
        for customer in customers {
            effects.clear(
                NoticeName(.contactLapsed, customer), revision: effects.noticeRevision(), because: "spoken with")
        }
    }

    // MARK: Lifecycle

    /// Says of customers that have come into another state what there is to say.
    static func tell(
        _ events: [(event: LifecycleChanged, cause: Envelope?)], _ transaction: borrowing Transaction,
        _ effects: inout Effects
    ) throws {
        // Whoever is judged for the first time has come into no other state.
        let declining = events.filter { isDeclining($0.event.state) && $0.event.previous != nil }
        let homes = try CustomerHomeStore.homes(of: declining.map(\.event.customerId), transaction)
        for (event, cause) in events {
            let name = NoticeName(.customerDeclining, event.customerId)
            let revision = NoticeRevision.of(revision: event.revision, number: 1)
            guard isDeclining(event.state) else {
                if event.previous.map(isDeclining) ?? false {
                    effects.clear(name, revision: revision, because: event.state.rawValue, causedBy: cause)
                }
                continue
            }
            guard let previous = event.previous else { continue }
            let home = homes[event.customerId]
            effects.raise(
                NoticeContent(
                    name, event.state == .declining ? .attention : .urgent, revision: revision,
                    customerId: event.customerId, businessLine: "*", node: home?.branch, owner: home?.owner,
                    facts: [
                        .text("name", home?.name, .personalData), .code("state", event.state.rawValue),
                        .code("previous", previous.rawValue), .day("since", event.since),
                        .count("dwell-days", event.dwellDays), .text("reason", event.reason, .margin),
                    ], next: name.kind.next(["customer": event.customerId]), happenedAt: event.changedAt),
                causedBy: cause)
        }
    }

    private static func isDeclining(_ state: LifecycleState) -> Bool {
        state == .declining || state == .dormant || state == .lost
    }

    // MARK: Identity

    /// Accounts that name the credit codes of several companies.
    static func tell(
        contradictions: [(account: Account, reviewId: String, codes: [String])], _ effects: inout Effects
    ) {
        for (account, reviewId, codes) in contradictions {
            let name = NoticeName(.identityContradiction, account.ownId, part: reviewId)
            effects.raise(
                NoticeContent(
                    name, .attention, revision: NoticeRevision.of(revision: 1, number: 1), customerId: account.ownId,
                    businessLine: "*", node: account.told?.branch ?? account.fact.branch,
                    owner: account.told?.salesOwner ?? account.fact.salesOwner,
                    facts: [
                        .code("source", account.key.source), .code("customer", account.key.code),
                        .text("credit-codes", codes.joined(separator: ", ")),
                    ], next: name.kind.next(["customer": account.ownId]), happenedAt: effects.now))
        }
    }

    // MARK: Corrections

    /// For how many days a correction is worth telling.
    private static let correctionDays: Int64 = 30

    /// Says that a field is corrected, or is no longer. What it is now is asked for, for it may be personal.
    static func tell(
        _ command: CorrectCustomer, of customerId: String, causedBy cause: Envelope,
        _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let name = NoticeName(.customerCorrected, customerId, part: command.field.rawValue)
        let revision = effects.noticeRevision()
        guard command.value != nil else {
            return effects.clear(
                name, revision: revision, because: "withdrawn by \(command.by)", causedBy: cause)
        }
        let home = try CustomerHomeStore.homes(of: [customerId], transaction)[customerId]
        effects.raise(
            NoticeContent(
                name, .information, revision: revision, customerId: customerId, businessLine: "*", node: home?.branch,
                owner: home?.owner,
                facts: [
                    .text("name", home?.name, .personalData), .code("field", command.field.rawValue),
                    .text("reason", command.reason, .personalData), .code("by", command.by),
                ], next: name.kind.next(["customer": customerId]),
                expiresAt: effects.now.adding(seconds: correctionDays * 86_400), happenedAt: effects.now),
            causedBy: cause)
    }
}
