import Contracts
import Domain
import Postgres

/// The questions about the ledger, which every service answers; `waybill reconcile` puts the answers together.
enum LedgerQueries {
    static let all = [
        // Nothing is read: whoever asks only wants to know whether somebody answers.
        Query(CommonQuestions.alive) { arguments, _ in [try arguments.table("alive", rows: [["true"]])] },
        Query("ledger.sent") { _, transaction in
            [
                try LedgerStore.sent(transaction), try LedgerStore.pending(transaction),
                try LedgerStore.readers(transaction), try LedgerStore.reading(transaction),
            ]
        },
        Query("ledger.handled") { _, transaction in
            [try LedgerStore.handled(transaction), try LedgerStore.holes(transaction)]
        },
        Query("ledger.names") { arguments, transaction in
            let numbers = try arguments.required("numbers").split(separator: ",").map(String.init)
            return [
                try LedgerStore.names(
                    type: arguments.required("type"), lane: Int64(arguments.integer("lane", in: 0...31, otherwise: 0)),
                    numbers: numbers.compactMap(Int64.init), transaction)
            ]
        },
        Query("ledger.digest") { arguments, transaction in
            try LedgerStore.digest(
                type: arguments.required("type"), since: day(arguments), after: arguments["after"] ?? "", transaction)
        },
        Query("ledger.identifiers") { arguments, transaction in
            [
                try LedgerStore.identifiers(
                    type: arguments.required("type"), source: arguments.required("source"),
                    bucket: Int64(arguments.integer("bucket", in: 0...255, otherwise: 0)), since: day(arguments),
                    after: arguments["after"] ?? "", transaction)
            ]
        },
        Query("ledger.known") { arguments, transaction in
            // An identifier has at most 64 characters and none of them is a line's end.
            let identifiers = try arguments.required("identifiers").split(separator: "\n").map(String.init)
            return [
                try LedgerStore.known(
                    source: arguments.required("source"), identifiers: identifiers, transaction)
            ]
        },
    ]

    private static func day(_ arguments: QueryArguments) throws -> String {
        let text = try arguments.required("since")
        do {
            return try CalendarDay(parsing: text).description
        } catch {
            throw error.refusal(at: "parameters.since")
        }
    }
}
