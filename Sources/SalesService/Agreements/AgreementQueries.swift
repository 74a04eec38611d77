import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of agreements.
enum AgreementQueries {
    static let all = [
        Query(SalesQuestions.agreements, list), Query(ImportQuestions.agreements, AgreementPreviewQuery.agreements),
    ]

    /// Those of a customer follow it when it is merged: it is asked for by any of its codes, or by itself.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        let accounts = try arguments.accounts(
            among: "select customer_source as source, customer_code as code from agreement", transaction)
        let scope: SQL =
            if let accounts {
                """
                (g.customer_source, g.customer_code) in (
                    select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))
                """
            } else {
                "g.customer_source = coalesce(\(arguments["source"].postgresBind), g.customer_source)"
            }
        let day = try arguments.optionalDay("at") ?? arguments.today
        let owner = arguments["owner"].postgresBind
        return [
            try arguments.table(
                "agreements",
                """
                select g.agreement_id as "agreementId", g.state, g.kind, g.title, g.valid_from as "validFrom",
                    coalesce(g.ended_on, g.last_day) as ends, g.last_day - coalesce(g.notice_days, 60) as "noticeBy",
                    g.business_line as "businessLine", g.yearly_amount as "yearlyAmount", g.currency, g.source,
                    g.customer_code as "customerCode", a.customer_id as "customerId", g.revision,
                    array_position(\(AgreementState.allCases.map(\.rawValue)), g.state) as urgency
                from (\(AgreementStanding.of("agreement", on: day))) g
                left join account a on a.source = g.customer_source and a.code = g.customer_code
                where (\(owner)::text is null or exists (
                        select from ownership w
                        where w.source = g.customer_source and w.code = g.customer_code and w.owner = \(owner)
                            and \(OpenItemStore.holds("w", on: "\(day)")) and (g.business_line is null
                                or w.business_line = g.business_line or w.business_line = '*' and not exists (
                                    select from ownership x where x.source = w.source and x.code = w.code
                                        and x.business_line = g.business_line))))
                    and (\(state) = 'all' or g.state = \(state)
                        or \(state) = 'current' and g.state not in ('expired', 'ended'))
                    and \(scope)
                """, transaction
            ) { value, column in
                column.name == "yearlyAmount" ? FixedDecimal(value)?.description ?? value : value
            }
        ]
    }
}
