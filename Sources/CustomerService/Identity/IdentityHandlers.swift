import Contracts
import Postgres
import ServiceKit

/// Whatever names a customer → accounts and customers.
struct IdentityHandlers: Sendable {
    let organisation: Organisation

    func placed(
        _ messages: [Received<OrderPlaced>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
    }

    func changed(
        _ messages: [Received<OrderChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
    }

    private func ordered(
        _ orders: [(source: String, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var unknown: [String: Int] = [:]
        for (_, order) in orders where organisation.branch(order.branch, on: order.placedAt.day()) == nil {
            unknown[order.branch, default: 0] += 1
        }
        try IdentityStore.countUnknown(unknown, transaction)
        effects.count("unknown_branches", unknown.values.reduce(0, +))
        try Self.take(
            orders.map { source, order in
                AccountFact(
                    source: source, code: order.customer.code, name: order.customer.name,
                    creditCode: order.customer.creditCode, branch: order.branch, salesOwner: order.salesOwner,
                    saidAt: order.placedAt)
            }, transaction, &effects)
    }

    func reported(
        _ messages: [Received<CustomerReported>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let now = effects.now
        try Self.take(
            messages.map { message in
                AccountFact(
                    source: message.envelope.source, code: message.body.code, name: message.body.name,
                    creditCode: message.body.creditCode, branch: message.body.branch,
                    saidAt: message.envelope.time ?? now)
            }, transaction, &effects)
    }

    /// Takes facts about accounts. Nearly always they say nothing new: then it is one read and no write.
    static func take(
        _ facts: [AccountFact], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let keys = Set(facts.map(\.key)).sorted()
        let known = try IdentityStore.facts(of: keys, transaction)
        let news = facts.filter { IdentityRegister.isNews($0, for: known[$0.key]) }
        guard !news.isEmpty else { return }
        let codes = Set(news.compactMap { $0.creditCode.flatMap { UnifiedSocialCreditCode($0)?.text } })
        let newsKeys = Set(news.map(\.key)).sorted()
        try IdentityStore.lock(
            codes.union(newsKeys.map { "\($0.source)\u{1}\($0.code)" }), transaction)
        var register = try IdentityStore.register(newsKeys, codes: codes.sorted(), now: effects.now, transaction)
        register.take(news)
        for customerId in register.changed.sorted() {
            guard let record = register.record(customerId) else { continue }
            if record.revision == 1 {
                effects.publish(CustomerRegistered(record), key: customerId)
                effects.count("registered")
            } else {
                effects.publish(CustomerChanged(record), key: customerId)
                effects.count("changed")
            }
        }
        try IdentityStore.put(register, now: effects.now, transaction)
    }
}
