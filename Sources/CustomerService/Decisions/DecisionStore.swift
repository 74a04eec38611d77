import Contracts
import Domain
import Postgres
import ServiceKit

/// A decision as it is kept.
struct Decision: Sendable {
    let decisionId: String
    let kind: IdentityDecision
    /// The parties as they were named.
    let parties: [String]
    var pairId: String?
    let by: String
    let reason: String?
    /// When it was taken, by its own word: of two that contradict one another the later one counts.
    let decidedAt: Int64
    /// Which accounts are the same, or are not.
    var links: [(isSame: Bool, one: AccountKey, other: AccountKey)] = []
}

/// A decision that was taken before.
struct TakenDecision: Sendable {
    let decisionId: String
    let kind: IdentityDecision
    let parties: [String]
    let pairId: String?
    let undoneBy: String?
    let accounts: [AccountKey]
}

/// The SQL of decisions.
enum DecisionStore {
    /// Writes a decision down.
    ///
    /// - Parameter principal: in whose stead it was taken.
    static func put(
        _ decision: Decision, for principal: String?, now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            insert into decision (decision_id, kind, parties, pair_id, by_login, reason, decided_at, taken_at, on_behalf_of)
            values (\(decision.decisionId), \(decision.kind.rawValue), \(decision.parties), \(decision.pairId),
                \(decision.by), \(decision.reason), \(decision.decidedAt), \(PostgresValue.timestamp(now.description)),
                \(principal))
            """)
        let links = decision.links.map { isSame, one, other in
            one < other ? (isSame, one, other) : (isSame, other, one)
        }
        guard !links.isEmpty else { return }
        try transaction.queue(
            """
            insert into decision_link (decision_id, is_same, one_source, one_code, other_source, other_code)
            select \(decision.decisionId), t.* from unnest(
                \(links.map(\.0)), \(links.map(\.1.source)), \(links.map(\.1.code)), \(links.map(\.2.source)),
                \(links.map(\.2.code))) as t
            """)
    }

    /// Writes down that a decision was undone.
    ///
    /// - Parameter principal: in whose stead.
    static func undo(
        _ decisionId: String, by: String, for principal: String?, reason: String, now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws {
        try transaction.queue(
            """
            update decision set undone_by = \(by), undone_on_behalf_of = \(principal), undone_for = \(reason),
                undone_at = \(PostgresValue.timestamp(now.description))
            where decision_id = \(decisionId)
            """)
    }

    static func find(_ decisionId: String, _ transaction: borrowing Transaction) throws -> TakenDecision? {
        let rows = try transaction.query(
            """
            select kind, array_to_string(parties, ' '), pair_id, undone_by from decision where decision_id = \(decisionId)
            """, as: (String, String, String?, String?).self)
        guard let row = rows.first, let kind = IdentityDecision(rawValue: row.0) else { return nil }
        let accounts = try transaction.query(
            """
            select one_source, one_code from decision_link where decision_id = \(decisionId)
            union select other_source, other_code from decision_link where decision_id = \(decisionId)
            """, as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
        return TakenDecision(
            decisionId: decisionId, kind: kind, parties: row.1.split(separator: " ").map(String.init), pairId: row.2,
            undoneBy: row.3, accounts: accounts)
    }

    /// The decisions that made parties one and of which some were named.
    static func merges(naming parties: [String], _ transaction: borrowing Transaction) throws -> Set<String> {
        Set(
            try transaction.query(
                """
                select decision_id from decision
                where parties && \(parties) and kind in ('merge', 'same') and undone_at is null
                """, as: String.self))
    }

    /// The accounts after which parties are named, with the party that each belongs to now and its revision.
    static func parties(
        _ ids: [String], _ transaction: borrowing Transaction
    ) throws -> [String: (account: AccountKey, current: String, revision: Int)] {
        let rows = try transaction.query(
            """
            select a.own_id, a.source, a.code, a.customer_id, c.revision
            from account a join customer c on c.customer_id = a.own_id where a.own_id = any(\(ids))
            """, as: NamedParty.self)
        return Dictionary(rows.map { ($0.name, $0.party) }) { _, last in last }
    }

    /// A party by the name that follows from its account.
    private struct NamedParty: PostgresRow {
        let name: String
        let party: (account: AccountKey, current: String, revision: Int)

        init(row: inout RowReader) throws(PostgresError) {
            name = try row("own_id")
            let account = AccountKey(source: try row("source"), code: try row("code"))
            party = (account, try row("customer_id"), try row("revision"))
        }
    }

    /// The two accounts of an entry of the review queue, by the names that follow from their codes.
    static func pair(
        _ pairId: String, _ transaction: borrowing Transaction
    ) throws -> (one: AccountKey, other: AccountKey, parties: [String])? {
        let rows = try transaction.query(
            """
            select e.one_source, e.one_code, e.other_source, e.other_code, a.own_id as one, b.own_id as other
            from match_edge e
            join account a on a.source = e.one_source and a.code = e.one_code
            join account b on b.source = e.other_source and b.code = e.other_code
            where e.pair_id = \(pairId)
            """, as: Pair.self)
        return rows.first.map { ($0.one, $0.other, $0.parties) }
    }

    private struct Pair: PostgresRow {
        let one: AccountKey
        let other: AccountKey
        let parties: [String]

        init(row: inout RowReader) throws(PostgresError) {
            one = AccountKey(source: try row("one_source"), code: try row("one_code"))
            other = AccountKey(source: try row("other_source"), code: try row("other_code"))
            parties = [try row("one"), try row("other")]
        }
    }

    /// What somebody last said of a pair and has not taken back.
    static func verdict(
        on pairId: String, _ transaction: borrowing Transaction
    ) throws -> (decisionId: String, kind: IdentityDecision)? {
        let rows = try transaction.query(
            """
            select decision_id, kind from decision where pair_id = \(pairId) and undone_at is null
            order by kind = 'later', decided_at desc, decision_id desc limit 1
            """, as: (String, String).self)
        guard let row = rows.first, let kind = IdentityDecision(rawValue: row.1) else { return nil }
        return (row.0, kind)
    }
}
