import Contracts
import Domain
import Postgres
import ServiceKit

/// Orders and declarations → relations.
enum GraphHandlers {
    static func placed(
        _ messages: [Received<OrderPlaced>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
    }

    static func changed(
        _ messages: [Received<OrderChanged>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try ordered(messages.map { ($0.envelope.source, $0.body.order) }, transaction, &effects)
    }

    static func cancelled(
        _ messages: [Received<OrderCancelled>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        try apply(
            Set(messages.map { OrderKey(source: $0.envelope.source, orderId: $0.body.orderId) }), transaction
        ) { orders in
            for message in messages {
                orders[OrderKey(source: message.envelope.source, orderId: message.body.orderId)]?
                    .standing.cancel(message.body.revision)
            }
        }
    }

    private static func ordered(
        _ orders: [(source: String, order: Order)], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        // Whoever receives or pays is a customer too, known by a code of the same source.
        let others = orders.flatMap { source, order in
            [order.consignee, order.payer].compactMap { party in
                party.map {
                    AccountFact(
                        source: source, code: $0.code, name: $0.name, creditCode: $0.creditCode, saidAt: order.placedAt)
                }
            }
        }
        if !others.isEmpty { try IdentityHandlers.take(others, transaction, &effects) }
        try apply(Set(orders.map { OrderKey(source: $0.source, orderId: $0.order.orderId) }), transaction) {
            replicas in
            for (source, order) in orders {
                replicas[OrderKey(source: source, orderId: order.orderId)]?
                    .take(OrderContent(order), revision: order.revision)
            }
        }
        var names: [NodeKey: String] = [:]
        for (source, order) in orders {
            for supplier in order.lines.compactMap(\.supplier) {
                names[NodeKey(role: .supplier, source: source, code: supplier.code)] = supplier.name
            }
        }
        try RelationStore.name(names, transaction)
    }

    private static func apply(
        _ keys: Set<OrderKey>, _ transaction: borrowing Transaction,
        _ change: (inout [OrderKey: GraphOrder]) -> Void
    ) throws {
        let before = try OrderReplicaStore.lock(keys.sorted(), transaction)
        var after = before
        for key in keys where after[key] == nil { after[key] = GraphOrder() }
        change(&after)
        let changed = after.filter { before[$0.key] != $0.value }.inKeyOrder()
        try OrderReplicaStore.put(changed, known: before, transaction)
        let orders = changed.map { key, order in
            (source: key.source, before: before[key]?.counting, after: order.counting)
        }
        try RelationStore.add(InferredRelation.changes(orders), transaction)
        try OrderReplicaStore.count(orders, transaction)
    }

    // MARK: What somebody says

    static func declared(
        _ messages: [Received<RelationDeclared>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let all = messages.map { DeclaredRelation($0.envelope.source, $0.body) }
        if all.contains(where: \.kind.isOwnership) { try RelationStore.lockOwnership(transaction) }
        let known = try RelationStore.declared(all.map(\.relationId), transaction)
        let parties = try RelationStore.parties(all.flatMap { [$0.from, $0.to] }, transaction)
        var current = known
        var accepted: [String: DeclaredRelation] = [:]
        // As they came: a batch ends as its messages do one by one.
        for (message, relation) in zip(messages, all) {
            if let before = current[relation.relationId] {
                if before.revision > relation.revision || before == relation { continue }
                if before.revision == relation.revision {
                    effects.refuse(
                        message,
                        Refusal(
                            .conflictingRevision, path: "$.revision",
                            "revision \(relation.revision) of this relation came before with other content"))
                    continue
                }
            }
            if relation.kind.isOwnership, relation.until == nil,
                let circle = try circle(relation, accepted, parties, transaction)
            {
                effects.refuse(message, Refusal(.cyclicRelation, path: "$.to", circle))
                continue
            }
            current[relation.relationId] = relation
            accepted[relation.relationId] = relation
        }
        guard !accepted.isEmpty else { return }
        let relations = accepted.values.sorted { $0.relationId < $1.relationId }
        // A name, if any, comes with what else is said of the account.
        let now = effects.now
        let spoken = Set(relations.flatMap { [$0.from, $0.to] })
        let mentions = messages.flatMap { message in
            [message.body.from, message.body.to].map {
                AccountFact(
                    source: $0.source ?? message.envelope.source, code: $0.code, saidAt: message.envelope.time ?? now)
            }
        }.filter { spoken.contains(NodeKey(role: .customer, source: $0.source, code: $0.code)) }
        try IdentityHandlers.take(mentions, transaction, &effects)
        try RelationStore.put(relations, now: effects.now, transaction)
        effects.count("relations_declared", relations.count)
    }

    /// Why a relation of ownership cannot be: walks up from the owner, through what is stored and what this batch adds.
    private static func circle(
        _ relation: DeclaredRelation, _ accepted: [String: DeclaredRelation], _ parties: [NodeKey: String],
        _ transaction: borrowing Transaction
    ) throws -> String? {
        guard let owner = parties[relation.owner], let owned = parties[relation.owned] else { return nil }
        let sentence = "\(relation.from.code) \(relation.kind.rawValue) \(relation.to.code)"
        if owner == owned { return "\(sentence): both codes are one party, which cannot own itself" }
        var added: [String: Set<String>] = [:]
        for other in accepted.values where other.kind.isOwnership && other.until == nil {
            if let above = parties[other.owner], let below = parties[other.owned] {
                added[below, default: []].insert(above)
            }
        }
        var seen: Set<String> = [owner]
        var frontier: Set<String> = [owner]
        while !frontier.isEmpty {
            var above = try RelationStore.owners(
                of: frontier, without: Array(accepted.keys) + [relation.relationId], transaction)
            for party in frontier { above.formUnion(added[party] ?? []) }
            if above.contains(owned) {
                return "\(sentence) closes a circle: the second is above the first already"
            }
            frontier = above.subtracting(seen)
            seen.formUnion(frontier)
        }
        return nil
    }
}

/// A relation as somebody declared it.
struct DeclaredRelation: Sendable, Equatable {
    let relationId: String
    let reference: String
    let revision: Int
    let from: NodeKey
    let to: NodeKey
    let kind: RelationKind
    let share: FixedDecimal?
    let since: CalendarDay?
    let until: CalendarDay?
    let by: String?

    init(_ source: String, _ body: RelationDeclared) {
        relationId = StableIdentifier.of("declared-relation", source, body.relationId)
        reference = body.relationId
        revision = body.revision
        from = NodeKey(role: .customer, source: body.from.source ?? source, code: body.from.code)
        to = NodeKey(role: .customer, source: body.to.source ?? source, code: body.to.code)
        kind = body.kind
        share = body.share
        since = body.since
        until = body.until
        by = body.by
    }

    init(
        relationId: String, reference: String, revision: Int, from: NodeKey, to: NodeKey, kind: RelationKind,
        share: FixedDecimal?, since: CalendarDay?, until: CalendarDay?, by: String?
    ) {
        self.relationId = relationId
        self.reference = reference
        self.revision = revision
        self.from = from
        self.to = to
        self.kind = kind
        self.share = share
        self.since = since
        self.until = until
        self.by = by
    }

    var owner: NodeKey { kind == .branchOf ? to : from }
    var owned: NodeKey { kind == .branchOf ? from : to }
}
