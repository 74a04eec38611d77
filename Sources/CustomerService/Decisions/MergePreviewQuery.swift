import Contracts
import Domain
import Postgres
import ServiceKit

/// What a merge would come to, before somebody says it: who survives, what it is called then, and what moves.
enum MergePreviewQuery {
    static func preview(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var named: [(key: AccountKey, ownId: String, customerId: String)] = []
        for name in ["one", "other", "third", "fourth"] {
            guard let text = arguments[name], !text.isEmpty else { continue }
            named.append(try PartyQueries.account(name, arguments, transaction))
        }
        let parties = Set(named.map(\.customerId)).sorted()
        let standing = try IdentityStore.customers(parties, transaction)
        var cluster = try AccountCluster.around(named.map(\.key), transaction)
        for (place, one) in named.enumerated() {
            for other in named.dropFirst(place + 1) where one.key != other.key {
                // The newest word counts most, as it would.
                cluster.links.append(
                    PartyMembership.Link(
                        one: one.key, other: other.key, isSame: true, decidedAt: .max, decisionId: "preview"))
            }
        }
        let homes = cluster.homes()
        let home = named.first.flatMap { homes[$0.key] }.flatMap { cluster.accounts[$0]?.ownId }
        let members = cluster.accounts.values.filter { account in
            homes[account.key].flatMap { cluster.accounts[$0]?.ownId } == home
        }.sorted { $0.key < $1.key }
        var after = Customer(customerId: home ?? "", foundedAt: 0)
        let corrections = try CorrectionStore.standing(members.map(\.key), transaction)
        MembershipResolution.describe(
            &after, by: members, try MembershipResolution.names(of: members.map(\.key), transaction), corrections)
        let corrected = CorrectionPolicy.counting(corrections.values.joined())
        let before = home.flatMap { standing[$0] }
        let moving = members.filter { $0.customerId != home }
        return [
            try arguments.table("answer", rows: [try answer(parties, home, transaction)]),
            try arguments.table(
                "parties",
                rows: parties.map { id in
                    let party = standing[id]
                    let count = cluster.accounts.values.count { $0.customerId == id }
                    return [
                        id, party?.name, party?.creditCode, party?.branch, party?.salesOwner, String(count),
                        id == home ? "true" : "false",
                    ]
                }),
            try arguments.table(
                "golden record",
                rows: [
                    ["name", before?.name, after.name, corrected[.name]?.by],
                    ["credit_code", before?.creditCode, after.creditCode, corrected[.creditCode]?.by],
                    ["branch", before?.branch, after.branch, by(corrected[.branch], after.branch)],
                    [
                        "sales_owner", before?.salesOwner, after.salesOwner,
                        by(corrected[.salesOwner], after.salesOwner),
                    ],
                ]),
            try arguments.table(
                "accounts that move",
                rows: moving.map { [$0.key.source, $0.key.code, $0.fact.name, $0.customerId, home] },
                isCut: false),
        ]
    }

    /// Who has corrected a value, unless sales says another one above that.
    private static func by(_ correction: Correction?, _ value: String?) -> String? {
        correction.flatMap { $0.value == value ? $0.by : nil }
    }

    /// Whether it would be done, and if not, why.
    private static func answer(
        _ parties: [String], _ home: String?, _ transaction: borrowing Transaction
    ) throws -> [String?] {
        guard parties.count > 1 else {
            return ["refused", Reason.wrongState.rawValue, "they are one party already", home]
        }
        do {
            try DecisionHandlers.checkCodes(parties, transaction)
        } catch let refusal as Refusal { return ["refused", refusal.reason.rawValue, refusal.detail, nil] }
        return ["merged", nil, nil, home]
    }
}
