import Contracts
import Domain
import Postgres
import ServiceKit

/// Who spoke with whom: into the ledger once, what is personal sealed.
enum InteractionHandlers {
    static func logged(
        _ messages: [Received<InteractionLogged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let messages = try ofKnown(messages, transaction, &effects)
        try IdentityHandlers.take(
            messages.map {
                AccountFact(
                    source: $0.body.customer.source ?? $0.envelope.source, code: $0.body.customer.code,
                    saidAt: $0.body.at)
            }, transaction, &effects)
        let secret = try PersonVault.secret(transaction)
        // The same identifier by the same channel is the same contact: the first word stays.
        var first: [PersonVault.InteractionKey: InteractionEntry] = [:]
        for message in messages {
            let body = message.body
            let source = body.customer.source ?? message.envelope.source
            let key = PersonVault.InteractionKey(
                source: source, channel: body.channel.rawValue,
                interactionId: message.number(body.interactionId, in: body.customer.source))
            if first[key] != nil { continue }
            first[key] = InteractionEntry(
                key: key,
                personId: PersonVault.person(body.with, source: source, code: body.customer.code, secret), body: body)
        }
        let entries = first.values.sorted { $0.key < $1.key }
        try PersonVault.lock(Set(entries.map(\.account)), transaction)
        let fresh = try InteractionStore.put(entries, transaction)
        effects.count("interactions_logged", fresh.count)
        effects.count("interactions_repeated", messages.count - fresh.count)
        try InteractionStore.keep(fresh, transaction)
        RaisedCustomers.spoken(
            with: try ContactStore.spoken(
                fresh.map {
                    (AccountKey(source: $0.key.source, code: $0.body.customer.code), $0.body.at)
                }, transaction), &effects)
        try TimelineHandlers.interactions(
            fresh.map {
                (
                    source: $0.key.source, eventId: $0.key.interactionId, code: $0.body.customer.code,
                    channel: $0.key.channel, by: $0.body.by, at: $0.body.at
                )
            }, transaction)
    }

    /// All but what a person has typed of a customer that is not there: a mistyped code would be a customer of its own.
    private static func ofKnown(
        _ messages: [Received<InteractionLogged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws -> [Received<InteractionLogged>] {
        func account(_ message: Received<InteractionLogged>) -> AccountKey {
            AccountKey(
                source: message.body.customer.source ?? message.envelope.source, code: message.body.customer.code)
        }
        let typed = Set(messages.filter { $0.principal != nil }.map(account))
        guard !typed.isEmpty else { return messages }
        let known = try IdentityStore.accounts(typed.sorted(), transaction)
        return messages.filter { message in
            let key = account(message)
            guard message.principal != nil, known[key] == nil else { return true }
            effects.refuse(
                message,
                Refusal(.notFound, path: "$.customer.code", "there is no customer '\(key.code)' of '\(key.source)'"))
            return false
        }
    }

    // MARK: Consent

    static func consent(
        _ messages: [Received<ConsentRecorded>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try IdentityHandlers.take(
            messages.map {
                AccountFact(
                    source: $0.body.customer.source ?? $0.envelope.source, code: $0.body.customer.code,
                    saidAt: $0.body.at)
            }, transaction, &effects)
        let secret = try PersonVault.secret(transaction)
        var latest: [[String]: ConsentStore.Word] = [:]
        for message in messages {
            let body = message.body
            let source = body.customer.source ?? message.envelope.source
            let person = PersonVault.person(body.with, source: source, code: body.customer.code, secret)
            let key = [person, body.channel.rawValue]
            // Of two words of one moment, the one that forbids.
            if let before = latest[key]?.body,
                (before.at, before.state == .withdrawn ? 1 : 0) >= (body.at, body.state == .withdrawn ? 1 : 0)
            {
                continue
            }
            latest[key] = ConsentStore.Word(person: person, source: source, body: body)
        }
        try ConsentStore.put(
            latest.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value), transaction)
    }
}
