import Contracts
import Domain
import Postgres
import ServiceKit

/// Closing months, and opening them again by two people.
struct PeriodHandlers: Sendable {
    let authority: Authority

    func close(
        _ messages: [Received<ClosePeriod>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try PostingStore.lock(transaction)
        for message in messages {
            let command = message.body
            do {
                try check(command.by, message.permit, on: effects.now.day())
                guard PostingMonths.month(after: command.month) <= effects.now.day() else {
                    throw Refusal(
                        .contradictoryTimes, path: "$.month",
                        "the month is not over: it is \(effects.now.day()) in \(OrganisationZone.current)")
                }
                guard try PeriodStore.standing(command.month, transaction) == nil else {
                    throw Refusal(.wrongState, path: "$.month", "the month is closed already")
                }
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
                continue
            }
            try PeriodStore.close(command, at: effects.now, transaction)
            try tell(
                PeriodChanged(month: command.month, state: .closed, by: command.by, changedAt: effects.now),
                message.envelope, transaction, &effects)
        }
    }

    func reopen(
        _ messages: [Received<ReopenPeriod>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try PostingStore.lock(transaction)
        for message in messages {
            let command = message.body
            let proposedBy: String?
            do {
                try check(command.by, message.permit, on: effects.now.day())
                guard let standing = try PeriodStore.standing(command.month, transaction) else {
                    throw Refusal(.wrongState, path: "$.month", "the month is open")
                }
                if let other = standing.reopenBy,
                    message.permit.areOne(other, command.by, on: [effects.now.day()])
                {
                    throw Refusal(
                        .samePerson, path: "$.by",
                        "'\(other)' has proposed this; another person is to agree, and no deputy of the same")
                }
                proposedBy = standing.reopenBy
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
                continue
            }
            if proposedBy == nil {
                try PeriodStore.propose(command, transaction)
            } else {
                try PeriodStore.open(command.month, transaction)
            }
            try tell(
                PeriodChanged(
                    month: command.month, state: proposedBy == nil ? .reopening : .open, by: command.by,
                    proposedBy: proposedBy, reason: command.reason, changedAt: effects.now),
                message.envelope, transaction, &effects)
        }
    }

    private func check(_ login: String, _ permit: ActPermit?, on day: CalendarDay) throws(Refusal) {
        guard authority.mandate(permit, of: login, branch: nil, on: day) != nil else {
            throw Refusal(
                .notAuthorised, path: "$.by",
                "'\(login)' may not close or open months: the director may, and approvers of the authority file")
        }
    }

    private func tell(
        _ change: PeriodChanged, _ cause: Envelope, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try PeriodStore.note(change, transaction)
        effects.publish(change, causedBy: cause, key: change.month.description)
        RaisedBooks.tell(
            change, director: authority.manager(of: nil, branch: "", on: effects.now.day()), causedBy: cause, &effects)
        effects.count("periods_\(change.state.rawValue)")
    }
}
