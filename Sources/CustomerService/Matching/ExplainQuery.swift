import Contracts
import Domain
import PartyMatching
import Postgres
import ServiceKit

/// Why two accounts are, or are not, one party.
enum ExplainQuery {
    static func explain(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let one = try PartyQueries.account("one", arguments, transaction)
        let other = try PartyQueries.account("other", arguments, transaction)
        let profiles = try Gate.profiles([one.key, other.key], transaction)
        var scorer = PairScorer()
        let subjects = [one.key, other.key].map {
            scorer.read((profiles[$0] ?? Gate.Profile()).profile($0))
        }
        let evidence = scorer.evidence(subjects[0], subjects[1])
        let shared = Set(subjects[0].keys).intersection(subjects[1].keys).count
        return [
            try arguments.table(
                "pair",
                rows: [
                    ["one", one.key.description], ["other", other.key.description],
                    ["one party", one.customerId == other.customerId ? "yes" : "no"],
                    ["by the fields", evidence.verdict.rawValue], ["probability", probability(evidence.probability)],
                    ["ruled out", evidence.veto], ["found by", "\(shared) keys"],
                ]),
            try lines(evidence, arguments),
            try arguments.table(
                "decided",
                """
                select d.taken_at, d.kind, d.by_login as by, d.reason, d.undone_by
                from decision d where d.parties @> \([one.ownId, other.ownId]) order by d.taken_at desc
                """, transaction),
            try ties(one.customerId, one.customerId == other.customerId, arguments, transaction),
        ]
    }

    /// What holds a party together.
    private static func ties(
        _ party: String, _ isOne: Bool, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "what holds the party together",
            """
            with mine as materialized (select source, code, identity_code from account where customer_id = \(party))
            select * from (
                select 'evidence' as by, e.one_source || '/' || e.one_code as one,
                    e.other_source || '/' || e.other_code as other, round(e.probability::numeric, 4)::text as detail
                from match_edge e join mine x on x.source = e.one_source and x.code = e.one_code
                join mine y on y.source = e.other_source and y.code = e.other_code
                where e.verdict = 'same'
                union all
                select 'decision', l.one_source || '/' || l.one_code, l.other_source || '/' || l.other_code,
                    d.by_login || coalesce(': ' || d.reason, '')
                from decision_link l join decision d using (decision_id)
                join mine x on x.source = l.one_source and x.code = l.one_code
                join mine y on y.source = l.other_source and y.code = l.other_code
                where l.is_same and d.undone_at is null
                union all
                select 'credit code', min(source || '/' || code), count(*) || ' accounts', identity_code
                from mine where identity_code is not null group by identity_code having count(*) > 1
            ) as t where \(isOne) order by 1, 2, 3
            """, transaction)
    }

    static func lines(_ evidence: PairEvidence, _ arguments: QueryArguments) throws -> QueryTable {
        try arguments.table(
            "evidence",
            rows: evidence.lines.map {
                [$0.field, $0.level, FixedDecimal(units: Int128(($0.weight * 10_000).rounded())).description]
            })
    }

    static func probability(_ value: Double) -> String {
        FixedDecimal(units: Int128((value * 10_000).rounded())).description
    }
}

/// Who a customer is that nobody has told us of yet: the gate's own answer, without coming in.
enum ResolveQuery {
    static func resolve(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        var fields: [PartyRecord.Field: [String]] = [:]
        for field in [
            PartyRecord.Field.name, .alias, .creditCode, .taxId, .phone, .address, .bankAccount, .email,
        ] {
            if let value = arguments[field.rawValue], !value.isEmpty { fields[field] = [value] }
        }
        guard !fields.isEmpty else {
            throw Refusal(
                .missingField, path: "parameters",
                "say something of it: name, alias, creditCode, taxId, phone, address, bankAccount or email")
        }
        if let name = arguments["name"], PartyName.isEmpty(name) { fields[.name] = nil }
        var scorer = PairScorer()
        let asked = scorer.read(PartyProfile(id: "", fields))
        let keys = try transaction.query(
            """
            select distinct m.source, m.code from unnest(\(asked.keys)) as k(key)
            join block b on b.key = k.key and b.size <= \(PairScorer.cap) join block_member m on m.key = k.key
            """, as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
        // A valid credit code decides, whatever the blocks say.
        let code = arguments["creditCode"].flatMap { UnifiedSocialCreditCode($0)?.text }
        let sameCode = try transaction.query(
            "select source, code from account where identity_code = \(code) limit 20", as: (String, String).self
        ).map { AccountKey(source: $0.0, code: $0.1) }
        let candidates = Set(keys + sameCode).sorted()
        let profiles = try Gate.profiles(candidates, transaction)
        let accounts = try IdentityStore.accounts(candidates, transaction)
        var found: [(evidence: PairEvidence, account: Account)] = []
        for key in candidates {
            guard let account = accounts[key] else { continue }
            // Read first: a scorer compares what it has read before, and an argument is read after the scorer is taken.
            let subject = scorer.read((profiles[key] ?? Gate.Profile()).profile(key))
            let evidence = scorer.evidence(asked, subject)
            if evidence.verdict != .different { found.append((evidence, account)) }
        }
        found.sort { ($0.evidence.probability, $1.account.key) > ($1.evidence.probability, $0.account.key) }
        let answer = found.first?.evidence.verdict.rawValue ?? "new"
        return [
            try arguments.table("answer", rows: [[answer, found.first?.account.customerId]]),
            try arguments.table(
                "candidates",
                rows: found.map { evidence, account in
                    [
                        account.customerId, account.key.description, account.fact.name, evidence.verdict.rawValue,
                        ExplainQuery.probability(evidence.probability),
                    ]
                }),
        ] + (try found.first.map { [try ExplainQuery.lines($0.evidence, arguments)] } ?? [])
    }
}
