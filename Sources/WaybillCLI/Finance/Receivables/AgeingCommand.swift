import ArgumentParser
import Client
import Contracts

/// As JSON the ageing has a form of its own, which it had before there was one for all; otherwise it only asks.
struct AgeingCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "ageing", ReceivableQuestions.ageing,
        """
        Counted is what was issued and not wholly paid by the end of the day, with what was open of it then;
        days overdue count from the due day.

        Amounts are in the invoices' currency. When the invoices are in several currencies, all of them are
        converted to CNY by the rates of that day.
        """)

    @OptionGroup var asking: AskingOptions

    mutating func run() async throws {
        guard asking.output.json else { return try await ask() }
        let reading = try Self.asked.read(asking.words)
        let tables = try await Asking.once(reading.service, reading.asked.question.name, reading.values)
        print(String(decoding: try AgeingReport(tables).encode(), as: UTF8.self))
    }
}

/// The ageing as JSON.
struct AgeingReport {
    /// A count and an amount.
    struct Figure {
        let count: Int
        let amount: String

        init(_ row: Row) throws {
            guard let count = row["count"].flatMap({ Int($0) }), let amount = row["amount"] else {
                throw Failure("finance answered without a count or an amount")
            }
            self.count = count
            self.amount = amount
        }

        func encode() -> [UInt8] {
            var object = ObjectWriter()
            write(to: &object)
            return object.finished()
        }

        func write(to object: inout ObjectWriter) {
            object.integer("count", count)
            object.text("amount", amount)
        }
    }

    /// A row of a table by the names of its columns.
    struct Row {
        private let values: [String: String]

        init(_ table: QueryTable, _ row: QueryRow) {
            var values: [String: String] = [:]
            for (column, value) in zip(table.columns, row.values) { values[column.name] = value }
            self.values = values
        }

        subscript(_ name: String) -> String? { values[name] }
    }

    private let asOf: String
    private let currency: String
    private let open: Figure
    private let notDue: Figure
    private let buckets: [(from: Int, to: Int?, figure: Figure)]

    /// - Parameter tables: finance's answer to `receivables.ageing`.
    init(_ tables: [QueryTable]) throws {
        func rows(_ name: String) -> [Row] {
            tables.filter { $0.name == name }.flatMap { table in table.rows.map { Row(table, $0) } }
        }
        guard let whole = rows("ageing").first, let asOf = whole["as_of"], let currency = whole["currency"],
            let notDue = rows("buckets").first(where: { $0["from"] == nil })
        else { throw Failure("finance answered without the ageing") }
        self.asOf = asOf
        self.currency = currency
        open = try Figure(whole)
        self.notDue = try Figure(notDue)
        buckets = try rows("buckets").compactMap { row in
            guard let from = row["from"].flatMap({ Int($0) }) else { return nil }
            return (from, row["to"].flatMap { Int($0) }, try Figure(row))
        }
    }

    func encode() -> [UInt8] {
        var object = ObjectWriter()
        object.text("asOf", asOf)
        object.text("currency", currency)
        object.json("open", open.encode())
        object.json("notDue", notDue.encode())
        var list: [UInt8] = [UInt8(ascii: "[")]
        for (index, bucket) in buckets.enumerated() {
            if index > 0 { list.append(UInt8(ascii: ",")) }
            var part = ObjectWriter()
            part.integer("from", bucket.from)
            part.json("to", Array((bucket.to.map { String($0) } ?? "null").utf8))
            bucket.figure.write(to: &part)
            list += part.finished()
        }
        object.json("buckets", list + [UInt8(ascii: "]")])
        return object.finished()
    }
}
