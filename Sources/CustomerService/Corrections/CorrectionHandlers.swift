import Contracts
import Domain
import Postgres
import ServiceKit

/// What people correct of the golden record.
///
/// It stands above what the systems say, now and later, until it is withdrawn, and says nothing of who is who: parties are
/// joined and taken apart by decisions alone.
struct CorrectionHandlers: Sendable {
    let organisation: Organisation

    func correct(
        _ messages: [Received<CorrectCustomer>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        guard !messages.isEmpty else { return }
        try IdentityStore.lock(transaction)
        for message in messages {
            do {
                let (account, correctionId, customerId) = try write(message, now: effects.now, transaction)
                try MembershipResolution.resolve(
                    [account],
                    cause: MembershipResolution.Cause(
                        decisionId: correctionId, by: message.body.by, reason: message.body.reason,
                        envelope: message.envelope), transaction, &effects)
                try RaisedCustomers.tell(
                    message.body, of: customerId, causedBy: message.envelope, transaction, &effects)
                effects.count(message.body.value == nil ? "corrections_withdrawn" : "corrections")
            } catch let refusal as Refusal {
                effects.refuse(message, refusal)
            }
        }
    }

    /// Writes down what one message says.
    ///
    /// - Returns: the account after which the party is named, what names the correction, and the party.
    private func write(
        _ message: Received<CorrectCustomer>, now: Timestamp, _ transaction: borrowing Transaction
    ) throws -> (account: AccountKey, correctionId: String, customerId: String) {
        // Everything that may refuse it comes before the first row is written.
        let command = message.body
        guard let current = try DecisionStore.parties([command.customerId], transaction)[command.customerId]?.current,
            let account = try DecisionStore.parties([current], transaction)[current]?.account
        else {
            throw Refusal(
                .notFound, path: "$.customerId",
                "there is no party '\(command.customerId)': 'waybill parties search' finds them by name")
        }
        let correctionId = StableIdentifier.of("correction", message.envelope.source, message.envelope.id)
        guard let text = command.value else {
            guard
                try CorrectionStore.withdraw(
                    command.field, of: current, by: command.by, reason: command.reason, now: now, transaction)
            else {
                throw Refusal(
                    .wrongState, path: "$.field",
                    "nobody has corrected its \(command.field.rawValue): 'waybill parties show \(current)' says what is corrected"
                )
            }
            return (account, correctionId, current)
        }
        let value = try CorrectionPolicy.value(
            text, of: command.field, in: PeopleReplica.organisation(or: organisation, transaction), on: now.day())
        if command.field == .creditCode,
            let other = try CorrectionStore.holder(of: value, otherThan: current, transaction)
        {
            throw Refusal(
                .contradictoryIdentifiers, path: "$.value",
                "'\(other)' has this credit code: if they are one company, 'waybill parties merge' says so")
        }
        try CorrectionStore.put(
            Correction(
                correctionId: correctionId, account: account, field: command.field, value: value, by: command.by,
                reason: command.reason, takenAt: now,
                decidedAt: (message.envelope.time ?? now).microsecondsSinceEpoch), transaction)
        return (account, correctionId, current)
    }
}
