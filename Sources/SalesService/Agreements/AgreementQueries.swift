import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of agreements.
enum AgreementQueries {
    static let all = [Query("agreements.list", list)]

    /// Those of a customer follow it when it is merged: it is asked for by any of its codes, or by itself.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let limit = try arguments.integer("limit", in: 1...QueryTable.maximumRows, otherwise: 50)
        let states = ["current", "all"] + AgreementState.allCases.map(\.rawValue)
        let state = arguments["state"] ?? "current"
        guard states.contains(state) else {
            throw Refusal(
                .valueNotAllowed, path: "parameters.state", "'state' is one of \(states.joined(separator: ", "))")
        }
        let day = try day(arguments, transaction)
        let found = try AgreementStore.list(
            customer: arguments["customer"], limit: QueryTable.maximumRows, transaction
        ).map { (row: $0.row, customerId: $0.customerId, state: $0.row.terms.state(on: day)) }
            .filter { found in
                state == "all" || found.state.rawValue == state
                    || (state == "current" && found.state != .expired && found.state != .ended)
            }
            .sorted { order($0.state) < order($1.state) }
        return [
            QueryTable(
                "agreements",
                [
                    QueryColumn("agreementId"), QueryColumn("state"), QueryColumn("kind"), QueryColumn("title"),
                    QueryColumn("validFrom"), QueryColumn("ends"), QueryColumn("noticeBy"),
                    QueryColumn("businessLine"), QueryColumn("yearlyAmount", .decimal), QueryColumn("currency"),
                    QueryColumn("source"), QueryColumn("customerCode"), QueryColumn("customerId"),
                    QueryColumn("revision", .integer),
                ],
                rows: found.prefix(limit).map { found in
                    let terms = found.row.terms
                    return [
                        terms.agreementId, found.state.rawValue, terms.kind.rawValue, terms.title,
                        terms.validFrom.description, (terms.endedOn ?? terms.end(asOf: day))?.description,
                        terms.noticeDay(asOf: day)?.description, terms.businessLine, terms.yearlyAmount?.description,
                        terms.currency?.code, found.row.source, found.row.customerCode, found.customerId,
                        String(terms.revision),
                    ]
                })
        ]
    }

    /// What has to be looked at comes first.
    private static func order(_ state: AgreementState) -> Int { AgreementState.allCases.firstIndex(of: state) ?? 0 }

    private static func day(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> CalendarDay {
        if let text = arguments["at"] {
            guard let day = CalendarDay(text) else {
                throw Refusal(.badTime, path: "parameters.at", "'at' must be a day such as 2026-05-03")
            }
            return day
        }
        let today = try transaction.query(
            "select (now() at time zone 'Asia/Shanghai')::date - date '1970-01-01'", as: Int32.self)
        return CalendarDay(daysSinceEpoch: today.first ?? 0)
    }
}
