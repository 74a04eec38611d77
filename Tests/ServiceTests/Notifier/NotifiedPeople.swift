import Contracts
import Domain
import ServiceKit
import ServiceTestSupport
import Testing

/// A group with two branches: who sells in the one is led by `chen.fang`, who is under `boss`; the other has nobody.
enum NotifiedPeople {
    static let start = CalendarDay(daysSinceEpoch: 20_454)

    static func record(_ login: String, in node: String, under manager: String?, until: CalendarDay? = nil)
        -> PersonRecord
    {
        PersonRecord(login: login, name: login, node: node, manager: manager, from: start, until: until)
    }

    static let nodes: [NodeRecord] = [
        NodeRecord(id: "G", kind: .group, parent: nil, from: start, englishName: "Group"),
        NodeRecord(id: "EAST", kind: .division, parent: "G", from: start, englishName: "East"),
        NodeRecord(id: "KS01", kind: .branch, parent: "EAST", from: start, englishName: "Kunshan"),
        NodeRecord(id: "SH01", kind: .branch, parent: "EAST", from: start, englishName: "Shanghai"),
    ]
    static let persons: [PersonRecord] = [
        record("boss", in: "G", under: nil), record("chen.fang", in: "KS01", under: "boss"),
        record("li.wei", in: "KS01", under: "chen.fang"), record("wang.min", in: "KS01", under: "chen.fang"),
        record("gone", in: "KS01", under: "chen.fang", until: start.adding(days: 10)),
        record("clerk", in: "G", under: "boss"),
    ]

    /// What everybody may see: who sells, their own with its margin; who leads a branch, all of it without; the clerk, nothing of it.
    static func policy(_ delegations: [PermissionDelegation] = []) -> PermissionPolicy {
        PermissionPolicy(
            version: 1,
            lines: [
                PermissionLine(
                    name: "rep", role: .salesRep, right: .see, kinds: [.order, .notice], scope: .own, fields: [.margin]),
                PermissionLine(
                    name: "branch", role: .branchManager, right: .see, kinds: [.order, .notice], scope: .node),
                PermissionLine(
                    name: "top", role: .executive, right: .see, scope: .all, fields: PermissionField.allCases),
            ],
            people: [
                PermissionHolder(login: "li.wei", roles: [.salesRep]),
                PermissionHolder(login: "wang.min", roles: [.salesRep]),
                PermissionHolder(login: "chen.fang", roles: [.branchManager]),
                PermissionHolder(login: "boss", roles: [.executive]),
                PermissionHolder(login: "clerk", roles: [.financeClerk]),
            ], delegations: delegations)
    }

    static func known(
        _ policy: PermissionPolicy? = policy(), without leavers: Set<String> = []
    ) -> KnownPeople {
        KnownPeople(
            nodes: nodes.map { ($0, 1) }, persons: persons.filter { !leavers.contains($0.login) }.map { ($0, 1) },
            policy: .success(policy))
    }

    /// The same as the customer service tells it, without a policy.
    static func told() throws -> [any Message] {
        let at = try moment("2026-03-02T09:00:00+08:00")
        return nodes.map { node in
            OrganisationChanged(
                NodeLife(
                    node: node.id,
                    periods: [
                        NodePeriod(
                            from: start, kind: OrganisationKind(rawValue: node.kind.rawValue) ?? .team,
                            parent: node.parent,
                            name: node.englishName ?? "", purpose: .business)
                    ]), revision: 1, changedAt: at)
        } + persons.map { person($0, 1, at) }
    }

    static func person(_ record: PersonRecord, _ revision: Int, _ at: Timestamp) -> PersonChanged {
        PersonChanged(
            PersonLife(
                login: record.login,
                periods: [
                    PersonPeriod(
                        from: record.from, until: record.until, name: record.name, node: record.node,
                        manager: record.manager)
                ]), revision: revision, changedAt: at, by: "zhou.min")
    }

    /// A notice about an order.
    static func notice(
        _ id: String, revision: Int = 1, kind: String = "order-held", customer: String? = nil,
        line: String? = nil, severity: NoticeSeverity = .attention,
        owner: String? = "li.wei", alsoTo: [String] = [], facts: [NoticeFact] = [], dueAt: Timestamp? = nil,
        expiresAt: Timestamp? = nil, at time: String = "2026-03-02T09:00:00+08:00"
    ) throws -> NoticeContent {
        NoticeContent(
            noticeId: id, revision: revision, kind: kind,
            about: NoticeObject(kind: "order", source: "erp", identifier: "O-\(id)"), severity: severity,
            customerId: customer,
            businessLine: line, node: "KS01", owner: owner, alsoTo: alsoTo, facts: facts, dueAt: dueAt,
            expiresAt: expiresAt, happenedAt: try moment(time)
        )
    }

    /// A customer of one account, as its record says; `nil` of an owner is nobody.
    static func customer(
        _ code: String, owner: String?, revision: Int = 1, as customer: String? = nil
    ) throws -> CustomerChanged {
        CustomerChanged(
            CustomerRecord(
                customerId: customer ?? AccountIdentifier.customer(source: "erp", code: code), revision: revision,
                name: code, branch: "KS01", salesOwner: owner,
                accounts: [AccountHoming(source: "erp", code: code, revision: customer == nil ? 1 : 2)],
                at: try moment("2026-03-02T09:00:00+08:00")))
    }

    /// Sales says who looks after an account from a day on.
    static func looksAfter(
        _ code: String, _ owners: [String], line: String? = nil, revision: Int, from: CalendarDay? = nil,
        until: CalendarDay? = nil, handedFrom: String? = nil
    ) throws -> OwnershipChanged {
        let share = try #require(FixedDecimal(owners.count == 1 ? "100" : "50"))
        return OwnershipChanged(
            source: "erp", code: code, businessLine: line, revision: revision,
            periods: owners.isEmpty
                ? []
                : [
                    OwnershipPeriod(
                        from: from ?? start, until: until, ground: .assigned, branch: "KS01",
                        owners: owners.map { CustomerOwner(login: $0, share: share, handedFrom: handedFrom) })
                ], changedAt: try moment("2026-03-02T09:00:00+08:00"))
    }
}
