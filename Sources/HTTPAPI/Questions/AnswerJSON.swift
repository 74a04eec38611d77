import Client
package import Contracts

/// Answers as JSON.
package enum AnswerJSON {
    /// The tables of an answer, each with its columns, rows, and what there is to know of the whole list.
    package static func tables(_ tables: [QueryTable], of question: QueryDescription) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (place, table) in tables.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            append(table, question.answer(table.name), to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    private static func append(_ table: QueryTable, _ described: TableDescription?, to bytes: inout [UInt8]) {
        let kinds = table.columns.map { described?.kind(of: $0.name) }
        let keys = table.columns.map { ProgramForm.key($0.name) }
        bytes += Array(#"{"name":"#.utf8)
        ObjectWriter.append(table.name, to: &bytes)
        bytes += Array(#","columns":"#.utf8)
        JSONValue.list(
            table.columns.indices.map { place in
                column(table.columns[place], keys[place], kinds[place])
            }
        ).append(to: &bytes)
        bytes += Array(#","rows":["#.utf8)
        for (place, row) in table.rows.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "{"))
            for (place, value) in row.values.enumerated() where place < keys.count {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                ObjectWriter.append(keys[place], to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                if let value {
                    ProgramForm.append(value, kinds[place], table.columns[place].kind, to: &bytes)
                } else {
                    bytes += Array("null".utf8)
                }
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes += Array(#"],"more":\#(table.isCut)"#.utf8)
        if let next = table.next {
            bytes += Array(#","next":"#.utf8)
            ObjectWriter.append(next, to: &bytes)
        }
        if let count = table.count {
            bytes += Array(#","count":\#(count),"totals":"#.utf8)
            JSONValue.list(table.totals.map(total)).append(to: &bytes)
        }
        if !table.blanked.isEmpty {
            bytes += Array(#","withheld":"#.utf8)
            JSONValue.texts(table.blanked.map(ProgramForm.key)).append(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func total(_ total: QueryTotal) -> JSONValue {
        .members(
            ("column", .text(ProgramForm.key(total.column))), ("currency", .text(total.currency)),
            ("amount", .text(total.amount)))
    }

    private static func column(
        _ column: QueryColumn, _ key: String, _ kind: ColumnDescription.Kind?
    ) -> JSONValue {
        var currency: String?
        if case .money(let name)? = kind { currency = ProgramForm.key(name) }
        return .members(
            ("name", .text(key)), ("heading", .text(column.name)),
            ("kind", .text(kind?.name ?? column.kind.name)), ("currency", .text(currency)))
    }
}

extension ColumnDescription.Kind {
    /// The kind in one word.
    package var name: String {
        switch self {
        case .text: "text"
        case .code: "code"
        case .money: "money"
        case .quantity: "quantity"
        case .rate: "rate"
        case .day: "day"
        case .time: "time"
        case .flag: "flag"
        case .count: "count"
        }
    }
}

extension ColumnKind {
    /// What a column is when the catalogue does not know it.
    var name: String {
        switch self {
        case .text: "text"
        case .integer: "count"
        case .decimal: "quantity"
        case .time: "time"
        case .boolean: "flag"
        }
    }
}
