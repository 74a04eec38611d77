import Contracts
import Domain
import Postgres

/// The questions about the ledger, which every service answers; `waybill reconcile` puts the answers together.
enum LedgerQueries {
    static let all = [
        // Nothing is read: whoever asks only wants to know whether somebody answers.
        Query(CommonQuestions.alive) { arguments, _ in [try arguments.table("alive", rows: [["true"]])] },
        Query(LedgerQuestions.sent) { arguments, transaction in
            [
                try LedgerStore.sent(arguments, transaction), try LedgerStore.pending(arguments, transaction),
                try LedgerStore.readers(arguments, transaction), try LedgerStore.reading(arguments, transaction),
            ]
        },
        Query(LedgerQuestions.handled) { arguments, transaction in
            [try LedgerStore.handled(arguments, transaction), try LedgerStore.holes(arguments, transaction)]
        },
        Query(LedgerQuestions.names) { arguments, transaction in
            let numbers = try arguments.required("numbers").split(separator: ",").map(String.init)
            return [
                try LedgerStore.names(
                    type: arguments.required("type"), lane: Int64(arguments.integer("lane")),
                    numbers: numbers.compactMap(Int64.init), arguments, transaction)
            ]
        },
        Query(LedgerQuestions.digest) { arguments, transaction in
            try LedgerStore.digest(
                type: arguments.required("type"), since: day(arguments), after: arguments["after"] ?? "", arguments,
                transaction)
        },
        Query(LedgerQuestions.identifiers) { arguments, transaction in
            [
                try LedgerStore.identifiers(
                    type: arguments.required("type"), source: arguments.required("source"),
                    bucket: Int64(arguments.integer("bucket")), since: day(arguments),
                    after: arguments["after"] ?? "", arguments, transaction)
            ]
        },
        Query(LedgerQuestions.known) { arguments, transaction in
            // An identifier has at most 64 characters and none of them is a line's end.
            let identifiers = try arguments.required("identifiers").split(separator: "\n").map(String.init)
            return [
                try LedgerStore.known(
                    source: arguments.required("source"), identifiers: identifiers, arguments, transaction)
            ]
        },
    ]

    private static func day(_ arguments: QueryArguments) throws -> String { try arguments.day("since").description }
}
