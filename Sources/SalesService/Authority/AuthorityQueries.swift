import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of who signs quotes.
enum AuthorityQueries {
    static let all = [Query(AuthorityQuestions.show, show), Query(AuthorityQuestions.deals, deals)]

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let day = try arguments.dayOrToday("on")
        let matrix = try AuthorityStore.matrix(on: day, transaction)
        let cells = (matrix?.cells ?? []).enumerated().map { place, cell in
            [
                matrix.map { "\($0.version)" }, "\(place + 1)", cell.cell, cell.conditions(in: matrix?.currency),
                cell.steps.map(\.words).joined(separator: ", then "),
            ] as [String?]
        }
        return [
            try arguments.table("cells", rows: cells),
            try arguments.table(
                "versions",
                """
                select a.version, a.valid_from as "from", a.reason, a.said_by as by, a.said_at as at
                from quote_authority a order by a.version desc
                """, transaction),
            try arguments.table(
                "document", rows: matrix.map { [[String(decoding: $0.encode(), as: UTF8.self)]] } ?? []),
        ]
    }

    static func deals(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        func words(_ path: String) -> SQL {
            """
            array_to_string(array(select jsonb_array_elements_text(s.content #> \(unsafe: path))), ' ')
            """
        }
        return [
            try arguments.table(
                "deals",
                """
                select s.quote_id as "quoteId", s.number, s.revision, s.submitted_at as "submittedAt", q.owner, q.branch,
                    \(words("'{deal,nodes}'")) as nodes, s.content #>> '{deal,businessLine}' as "businessLine",
                    \(words("'{deal,items}'")) as items, (s.content #>> '{deal,amount}')::numeric as amount,
                    (s.content #>> '{deal,listed}')::numeric as listed, (s.content #>> '{deal,cost}')::numeric as cost,
                    s.content #>> '{deal,currency}' as currency,
                    (s.content #>> '{deal,paymentDays}')::integer as "paymentDays",
                    s.content #>> '{deal,creditState}' as "creditState",
                    s.content #>> '{deal,acceptance}' as acceptance, s.content ->> 'cell' as cell,
                    (s.content ->> 'version')::integer as version,
                    (select string_agg(
                        array_to_string(array(select jsonb_array_elements_text(t.step -> 'candidates')), '+')
                            || ' (' || (t.step ->> 'order') || ')', ', ' order by t.place)
                    from jsonb_array_elements(coalesce(s.content -> 'steps', '[]')) with ordinality as t(step, place))
                        as signers
                from quote_signing s join quote_revision q on q.quote_id = s.quote_id and q.revision = s.revision
                """, transaction, format: OpportunityQueries.money)
        ]
    }

    /// How a quote is decided that was submitted last: which cell, why, and who signs.
    static func decision(
        of terms: QuoteTerms?, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let signing = try terms.flatMap {
            try AuthorityStore.signing(of: $0.quoteId, revision: $0.revision, transaction)
        }
        let steps = (signing?.steps ?? []).enumerated().map { place, step in
            [
                "\(place + 1)", step.signer.rawValue, step.order.rawValue, step.role,
                step.candidates.joined(separator: " "), step.above.joined(separator: " "),
                step.signatures.map { $0.by == $0.candidate ? $0.by : "\($0.by) for \($0.candidate)" }
                    .joined(separator: " "),
                step.isDone ? "done" : signing?.waiting == place ? "waited for" : "later",
            ] as [String?]
        }
        return [
            try arguments.table(
                "decision",
                rows: signing.map { signing in
                    [
                        [
                            signing.version.map { "\($0)" }, signing.cell, signing.submittedAt.description,
                            signing.dueAt?.description, signing.mostRise?.description,
                        ]
                    ]
                } ?? []),
            try arguments.table(
                "reasons", rows: (signing?.reasons ?? []).enumerated().map { ["\($0.offset + 1)", $0.element] }),
            try arguments.table("signing", rows: steps),
        ]
    }
}

extension AuthorityCell {
    /// Of which quotes it is, in words.
    fileprivate func conditions(in currency: Currency?) -> String {
        var words: [String] = []
        func among(_ what: String, _ codes: [String]) {
            if !codes.isEmpty { words.append("\(what) \(codes.joined(separator: " "))") }
        }
        among("node", nodes)
        among("line of business", businessLines)
        among("item", items)
        among("credit", creditStates)
        among("acceptance", acceptance)
        if let discountAbove { words.append("discount above \(discountAbove) %") }
        if let marginBelow { words.append("margin below \(marginBelow.moneyText) \(currency?.code ?? "")") }
        if let marginRateBelow { words.append("margin below \(marginRateBelow) %") }
        if let amountAbove { words.append("amount above \(amountAbove.moneyText) \(currency?.code ?? "")") }
        return words.isEmpty ? "every quote" : words.joined(separator: ", ")
    }
}
