import Contracts
import Domain
import Postgres
import ServiceKit

/// A person asks to be forgotten: the key goes, and with it everything that was sealed by it.
enum ErasureHandlers {
    static func erase(
        _ messages: [Received<ErasePerson>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let secret = try PersonVault.secret(transaction)
        try PersonVault.lock(
            Set(messages.map(\.body.account)), transaction)
        for message in messages.sorted(by: { ($0.body.at, $0.envelope.id) < ($1.body.at, $1.envelope.id) }) {
            let body = message.body
            let account = body.account
            let isWhole = (body.with ?? "").isEmpty
            let person =
                isWhole
                ? nil : PersonVault.person(body.with, source: account.source, code: account.code, secret)
            // A person who is not known is no fault: what is still on its way is to be forgotten as well, and a refusal
            // would keep the name among the dead letters.
            let persons =
                try body.with.flatMap {
                    isWhole ? nil : PersonVault.persons($0, source: account.source, code: account.code, secret)
                }
                ?? InteractionStore.persons(of: account, transaction)
            let count = try InteractionStore.forget(persons, until: body.at, transaction)
            try InteractionStore.put(
                erasure: message.envelope.id, of: person, at: account, body, doneAt: effects.now, interactions: count,
                transaction)
            effects.count("persons_erased")
        }
    }
}

extension ErasePerson {
    /// The account of the customer whose person it is.
    fileprivate var account: AccountKey { AccountKey(source: customer.source ?? source, code: customer.code) }
}
