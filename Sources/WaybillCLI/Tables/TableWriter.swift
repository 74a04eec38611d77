import Client
import Contracts
import Domain

/// Writes tables piece by piece: their beginning, the rows of each page as it comes, their end.
///
/// What there is more of is told in each format: in JSON by a member `more` that holds, for each table that was cut, where
/// its next rows begin (or null when they cannot be asked for), and a member `totals` with the count and the sums of the
/// whole list where these were asked for. So are the columns whose values are withheld, by a member `withheld` that has
/// them for each table. As text by the last lines; beside CSV, whose lines are rows and nothing else, by
/// ``remarks(on:last:shown:)`` for the standard error.
struct TableWriter {
    private let format: TableFormat
    private let layout: TableLayout
    private let style: OutputStyle
    /// Whether something has been written: what separates tables comes before the second.
    private var hasBegun = false
    /// Whether a heading has said by which zone times are told.
    private var hasSaidZone = false
    private let zone: OrganisationZone
    private var hasRows = false
    private var more: [(table: String, next: String?)] = []
    private var counted: [QueryTable] = []
    /// Those with columns whose values are withheld.
    private var blanked: [QueryTable] = []
    /// The first page of the table in hand, which says what the whole comes to.
    private var first: QueryTable?
    private var shown = 0
    /// What is known of the columns of the table in hand.
    private var kinds: [ColumnDescription.Kind?] = []
    /// Which of its columns are shown, as text.
    private var plan: ColumnPlan?
    /// Its columns with values that found no room on any page.
    private var leftOut: Set<Int> = []

    init(
        _ format: TableFormat, _ layout: TableLayout = .standard, style: OutputStyle = .standard,
        zone: OrganisationZone = .current
    ) {
        self.format = format
        self.zone = zone
        self.layout = layout
        self.style = style
    }

    /// What stands before a table's rows.
    ///
    /// - Parameters:
    ///   - table: its first page.
    ///   - description: what the catalogue says of it.
    mutating func begin(_ table: QueryTable, _ description: TableDescription? = nil) -> String {
        hasRows = false
        (first, shown) = (table, 0)
        if table.count != nil { counted.append(table) }
        if !table.blanked.isEmpty { blanked.append(table) }
        plan = nil
        leftOut = []
        kinds = table.columns.map { description?.kind(of: $0.name) }
        switch format {
        case .json:
            var bytes = [UInt8(ascii: hasBegun ? "," : "{")]
            hasBegun = true
            ObjectWriter.append(style.key(table.name), to: &bytes)
            return String(decoding: bytes, as: UTF8.self) + ":["
        case .csv:
            let names = table.columns.map(\.name)
            defer { hasBegun = true }
            return (layout.isMarked && !hasBegun ? "\u{FEFF}" : "") + Self.csv(names, names.map { _ in .text })
        case .text:
            // A table without rows is left out.
            guard !table.rows.isEmpty else { return "" }
            defer { hasBegun = true }
            return (hasBegun ? "\n" : "") + heading(of: table) + "\n"
        }
    }

    /// A page of its rows.
    mutating func rows(of table: QueryTable) -> String {
        shown += table.rows.count
        switch format {
        case .json:
            var bytes: [UInt8] = []
            for row in table.rows {
                if hasRows { bytes.append(UInt8(ascii: ",")) }
                hasRows = true
                json(row, table.columns, to: &bytes)
            }
            return String(decoding: bytes, as: UTF8.self)
        case .csv:
            let told = table.columns.map(\.kind)
            return table.rows.map { row in
                let values = row.values.indices.map { place in
                    row.values[place].map { style.value($0, kinds[place], told[place]) } ?? ""
                }
                return Self.csv(values, told)
            }.joined()
        case .text:
            guard !table.rows.isEmpty else { return "" }
            let rows = table.rows.map { shown($0, table) }
            let (plan, isNew) = planned(rows, table)
            self.plan = plan
            leftOut.formUnion(plan.leftOut)
            let names = table.columns.map { TerminalText.visible($0.name) }
            let head =
                isNew
                ? line(names, table, plan) + line(names.indices.map { rule(plan, $0) }, table, plan)
                : ""
            return head + rows.map { line($0, table, plan) }.joined()
        }
    }

    /// What stands after its rows.
    ///
    /// - Parameter table: the last page that was written of it.
    mutating func end(_ table: QueryTable) -> String {
        if table.isCut { more.append((table.name, table.next)) }
        switch format {
        case .json: return "]"
        case .csv: return ""
        case .text:
            var lines: [String] = []
            if !leftOut.isEmpty {
                let names = leftOut.sorted().map { table.columns[$0].name }.joined(separator: ", ")
                lines.append("… not shown for want of room: \(TerminalText.visible(names)); --wide shows all")
            }
            lines += remarks(on: table)
            return lines.map { $0 + "\n" }.joined()
        }
    }

    /// What stands after all tables.
    func finish() -> String {
        guard format == .json else { return "" }
        var bytes = Array((hasBegun ? "" : "{").utf8)
        if !more.isEmpty {
            bytes += Array(#","more":"#.utf8)
            for (place, (table, next)) in more.enumerated() {
                bytes.append(UInt8(ascii: place == 0 ? "{" : ","))
                ObjectWriter.append(style.key(table), to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                if let next { ObjectWriter.append(next, to: &bytes) } else { bytes += Array("null".utf8) }
            }
            bytes.append(UInt8(ascii: "}"))
        }
        if !counted.isEmpty {
            bytes += Array(#","totals":"#.utf8)
            for (place, table) in counted.enumerated() {
                bytes.append(UInt8(ascii: place == 0 ? "{" : ","))
                ObjectWriter.append(style.key(table.name), to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                sums(of: table, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        if !blanked.isEmpty {
            bytes += Array(#","withheld":"#.utf8)
            for (place, table) in blanked.enumerated() {
                bytes.append(UInt8(ascii: place == 0 ? "{" : ","))
                ObjectWriter.append(style.key(table.name), to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                for (place, column) in table.blanked.enumerated() {
                    bytes.append(UInt8(ascii: place == 0 ? "[" : ","))
                    ObjectWriter.append(style.key(column), to: &bytes)
                }
                bytes.append(UInt8(ascii: "]"))
            }
            bytes.append(UInt8(ascii: "}"))
        }
        return String(decoding: bytes, as: UTF8.self) + "}\n"
    }

    /// What is to be said under a table in words.
    ///
    /// - Parameter last: the last page that was written of it.
    func remarks(on last: QueryTable) -> [String] { Self.remarks(on: first ?? last, last: last, shown: shown) }

    /// How many rows of how many a list has shown, where it goes on, what its amounts come to as a whole, and what of it is
    /// withheld.
    ///
    /// - Parameters:
    ///   - first: its first page.
    ///   - last: the last page that was shown.
    ///   - shown: how many rows were shown.
    static func remarks(on first: QueryTable, last: QueryTable, shown: Int) -> [String] {
        guard shown > 0 || last.isCut else { return [] }
        let rows = CellText.grouped(String(shown))
        var lines: [String] = []
        switch (first.count, last.isCut) {
        case (let count?, true):
            let part = "… 1–\(rows) of \(CellText.grouped(String(count)))"
            lines.append(last.next.map { "\(part), more: --all or --after \($0)" } ?? part)
        case (nil, true):
            lines.append(last.next.map { "… more: --all or --after \($0)" } ?? "… more than these \(rows) rows")
        case (.some, false): lines.append("… all \(rows)")
        case (nil, false): break
        }
        let currencies = first.totals.map(\.currency).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        for currency in currencies.sorted() {
            let sums = first.totals.filter { $0.currency == currency }.map { total in
                let amount = CellText.shown(total.amount, .money(currency: "currency"), currency: currency)
                return "\(TerminalText.visible(total.column)) \(amount)"
            }
            lines.append("… in all, \(TerminalText.visible(currency)): \(sums.joined(separator: ", "))")
        }
        if !first.blanked.isEmpty {
            let names = first.blanked.map(TerminalText.visible).joined(separator: ", ")
            lines.append("… withheld: \(names) (no right 'see' to these fields)")
        }
        return lines
    }

    // MARK: Text

    /// A table's name, and once, above the first one that tells times and has room for it, by which zone they are told.
    private mutating func heading(of table: QueryTable) -> String {
        let name = TerminalText.visible(table.name)
        let hasTimes = zip(kinds, table.columns).contains { $0 == .time || ($0 == nil && $1.kind == .time) }
        let heading = "\(name) (times of \(zone))"
        let hasRoom = layout.width.map { TerminalText.width(heading) <= $0 } ?? true
        guard hasTimes, hasRoom, !hasSaidZone else { return name }
        hasSaidZone = true
        return heading
    }

    /// A row as people read it.
    private func shown(_ row: QueryRow, _ table: QueryTable) -> [String] {
        row.values.enumerated().map { place, value in
            guard let value, place < table.columns.count else { return "" }
            switch (kinds[place], table.columns[place].kind) {
            case (.time, _), (nil, .time): return CellText.time(value, in: zone)
            case (let kind?, _): return CellText.shown(value, kind, currency: currency(of: kind, row, table))
            case (nil, .boolean): return CellText.shown(value, .flag)
            case (nil, _): return TerminalText.visible(value)
            }
        }
    }

    private func currency(of kind: ColumnDescription.Kind, _ row: QueryRow, _ table: QueryTable) -> String? {
        guard case .money(let name) = kind, let place = table.columns.firstIndex(where: { $0.name == name }) else {
            return nil
        }
        return row.values[place]
    }

    private func isNumber(_ place: Int, _ table: QueryTable) -> Bool {
        switch kinds[place] {
        case .money, .quantity, .rate, .count: true
        case .text, .code, .day, .time, .flag: false
        case nil: [.integer, .decimal].contains(table.columns[place].kind)
        }
    }

    /// Which columns are shown for a page. A later page has those of the page before it, made wider where it needs it, unless
    /// it has values where there were none: then it has a head of its own.
    private func planned(_ rows: [[String]], _ table: QueryTable) -> (ColumnPlan, isNew: Bool) {
        var companions: [Int: Int] = [:]
        let natural: [Int?] = table.columns.enumerated().map { place, column in
            if case .money(let name) = kinds[place] {
                companions[place] = table.columns.firstIndex { $0.name == name }
            }
            let widest = rows.map { TerminalText.width($0[place]) }.max() ?? 0
            guard widest > 0 || layout.width == nil else { return nil }
            let limit = layout.width == nil || isNumber(place, table) ? Int.max : TableLayout.widestText
            return max(TerminalText.width(column.name), min(widest, limit))
        }
        let isText = table.columns.indices.map {
            kinds[$0] == .text || (kinds[$0] == nil && table.columns[$0].kind == .text)
        }
        if let plan {
            let known = Set(plan.places + plan.leftOut)
            if natural.indices.allSatisfy({ natural[$0] == nil || known.contains($0) }) { return (plan, false) }
        }
        return (ColumnPlan(natural: natural, isText: isText, companions: companions, layout: layout), true)
    }

    private func rule(_ plan: ColumnPlan, _ place: Int) -> String {
        guard let index = plan.places.firstIndex(of: place) else { return "" }
        return String(repeating: "-", count: plan.widths[index])
    }

    private func line(_ values: [String], _ table: QueryTable, _ plan: ColumnPlan) -> String {
        var parts: [String] = []
        for (place, width) in zip(plan.places, plan.widths) where place < values.count {
            let value = values[place]
            // Numbers are never shortened, on a later page they may stand out.
            let isShortened = layout.width != nil && !isNumber(place, table)
            let shown = isShortened ? TerminalText.clipped(value, width) : value
            let padding = String(repeating: " ", count: max(0, width - TerminalText.width(shown)))
            parts.append(isNumber(place, table) ? padding + shown : shown + padding)
        }
        var text = parts.joined(separator: TableLayout.gap)
        while text.hasSuffix(" ") { text.removeLast() }
        return text + "\n"
    }

    // MARK: CSV and JSON

    /// The count and, by currency and column, the sums of a list.
    private func sums(of table: QueryTable, to bytes: inout [UInt8]) {
        bytes += Array("{\"count\":\(table.count ?? 0),\"sums\":{".utf8)
        let currencies = Dictionary(grouping: table.totals, by: \.currency).sorted { $0.key < $1.key }
        for (place, (currency, totals)) in currencies.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            ObjectWriter.append(currency, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            for (place, total) in totals.enumerated() {
                bytes.append(UInt8(ascii: place == 0 ? "{" : ","))
                ObjectWriter.append(style.key(total.column), to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                ObjectWriter.append(total.amount, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes += Array("}}".utf8)
    }

    private static func csv(_ values: [String], _ kinds: [ColumnKind]) -> String {
        CSVText.line(values, kinds)
    }

    private func json(_ row: QueryRow, _ columns: [QueryColumn], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (place, (column, value)) in zip(columns, row.values).enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            ObjectWriter.append(style.key(column.name), to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            if let value {
                style.append(value, kinds[place], column.kind, to: &bytes)
            } else {
                bytes += Array("null".utf8)
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
