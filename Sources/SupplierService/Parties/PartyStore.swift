import Contracts
import Domain
import Postgres
import ServiceKit

/// The SQL of suppliers that are customers as well.
enum PartyStore {
    /// Takes over what the customer service says; an older word never replaces a newer one.
    static func put(_ records: [CustomerRecord], _ transaction: borrowing Transaction) throws {
        var latest: [String: CustomerRecord] = [:]
        for record in records where latest[record.customerId].map({ $0.revision < record.revision }) ?? true {
            latest[record.customerId] = record
        }
        let rows = latest.sorted { $0.key < $1.key }.map(\.value)
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            insert into customer_party as p (customer_id, revision, name, credit_code, merged_into)
            select * from unnest(
                \(rows.map(\.customerId)), \(rows.map { Int64($0.revision) }), \(rows.map(\.name)),
                \(rows.map(\.creditCode)), \(rows.map(\.mergedInto)))
            on conflict (customer_id) do update set
                revision = excluded.revision, name = excluded.name, credit_code = excluded.credit_code,
                merged_into = excluded.merged_into
            where excluded.revision > p.revision
            """)
    }

    /// Keeps the valid credit codes that master records give suppliers; the newest that gives one counts.
    static func putCodes(
        _ records: [(message: Received<SupplierReported>, saidAt: Int64)], _ transaction: borrowing Transaction
    ) throws {
        var codes: [AccountKey: (source: String, code: String, credit: String, saidAt: Int64)] = [:]
        for (message, saidAt) in records {
            guard let credit = message.body.creditCode.flatMap({ UnifiedSocialCreditCode($0)?.text }) else { continue }
            let key = AccountKey(source: message.envelope.source, code: message.body.code)
            if codes[key].map({ ($0.saidAt, $0.credit) < (saidAt, credit) }) ?? true {
                codes[key] = (message.envelope.source, message.body.code, credit, saidAt)
            }
        }
        let rows = codes.sorted { $0.key < $1.key }.map(\.value)
        guard !rows.isEmpty else { return }
        try transaction.queue(
            """
            update supplier_account s set credit_code = t.credit, credit_said_at = t.said_at
            from unnest(
                \(rows.map(\.source)), \(rows.map(\.code)), \(rows.map(\.credit)), \(rows.map(\.saidAt)))
                as t(source, code, credit, said_at)
            where s.source = t.source and s.code = t.code
                and (s.credit_said_at is null or (t.said_at, t.credit) > (s.credit_said_at, s.credit_code))
            """)
    }

    /// What a party costs us as a supplier.
    static func business(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let party = try arguments.required("party")
        return [
            try arguments.table(
                "supplier: as a supplier",
                """
                select s.source, s.code, s.name, f.currency, count(f.cost_id) as costs, sum(f.amount) as amount
                from customer_party p join supplier_account s using (credit_code)
                left join lateral (
                    -- Of a cost that has reached several states the last one counts.
                    select distinct on (source, cost_id) cost_id, amount, currency from cost_fact
                    where supplier_source = s.source and supplier_code = s.code
                    order by source, cost_id, case state when 'actual' then 0 when 'accrued' then 1 else 2 end) f on true
                where p.customer_id = \(party) and p.merged_into is null
                group by 1, 2, 3, 4 order by 1, 2, 4
                """, transaction)
        ]
    }
}
