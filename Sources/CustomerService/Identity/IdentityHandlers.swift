import Contracts
import Domain
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
        try Self.take(
            orders.map { source, order in
                AccountFact(
                    source: source, code: order.customer.code, name: order.customer.name,
                    creditCode: order.customer.creditCode, branch: order.branch, salesOwner: order.salesOwner,
                    saidAt: order.placedAt,
                    word: AccountHome.Word(
                        orderId: order.orderId, revision: order.revision, day: order.placedAt.day(),
                        branch: order.branch, salesOwner: order.salesOwner))
            }, transaction, &effects)
        // After the lock that taking facts may need, so that two copies cannot wait for one another.
        var unknown: [String: Int] = [:]
        let organisation = try PeopleReplica.organisation(or: organisation, transaction, of: effects)
        for (_, order) in orders where organisation.branch(order.branch, on: order.placedAt.day()) == nil {
            unknown[order.branch, default: 0] += 1
        }
        try IdentityStore.countUnknown(unknown, transaction)
        effects.count("unknown_branches", unknown.values.reduce(0, +))
        // What is recorded of the organisation has no lines of business: which there are, the file says.
        let lines = orders.map(\.order.businessLine).filter { !self.organisation.knows(line: $0) }
        try IdentityStore.countUnknown(lines: lines, transaction)
        effects.count("unknown_business_lines", lines.count)
    }

    func reported(
        _ messages: [Received<CustomerReported>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let now = effects.now
        try Self.take(
            messages.map { Self.fact($0.body, source: $0.envelope.source, at: $0.envelope.time ?? now) }, transaction,
            &effects)
    }

    /// What a master record says.
    static func fact(_ body: CustomerReported, source: String, at saidAt: Timestamp) -> AccountFact {
        AccountFact(
            source: source, code: body.code, name: body.name, creditCode: body.creditCode, branch: body.branch,
            saidAt: saidAt, channel: .reported,
            details: [
                .alias: body.aliases, .taxId: [body.taxId ?? ""], .phone: body.phones, .address: [body.address ?? ""],
                .bankAccount: body.bankAccounts, .email: body.emails,
            ])
    }

    /// Takes facts about accounts. Nearly always they say nothing new: then it is one read and no write.
    static func take(
        _ facts: [AccountFact], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let known = try IdentityStore.accounts(Set(facts.map(\.key)).sorted(), transaction)
        let facts = try AccountHome.settle(facts, known) { try ValueFactStore.words(of: $0, transaction) }
        let news = facts.filter { known[$0.key]?.isNews($0) ?? true }
        guard !news.isEmpty else { return }
        try IdentityStore.lock(transaction)
        try MembershipResolution.resolve(try Gate.take(news, transaction, &effects), transaction, &effects)
    }
}
