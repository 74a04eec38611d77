import Client
import Contracts
import Domain
import Importing

/// What there is to say of a file of people: what is wrong with it, or the organisation on a day.
struct PeopleReport {
    private static let columns = (
        check: [
            QueryColumn("as_of", .time), QueryColumn("lines", .integer), QueryColumn("faults", .integer),
            QueryColumn("nodes", .integer), QueryColumn("people", .integer),
        ],
        faults: [
            QueryColumn("line", .integer), QueryColumn("column"), QueryColumn("reason"), QueryColumn("detail"),
        ],
        nodes: [
            QueryColumn("node"), QueryColumn("kind"), QueryColumn("purpose"), QueryColumn("parent"),
            QueryColumn("division"), QueryColumn("name"), QueryColumn("english_name"),
            QueryColumn("people", .integer), QueryColumn("people_below", .integer),
        ],
        people: [
            QueryColumn("login"), QueryColumn("name"), QueryColumn("english_name"), QueryColumn("position"),
            QueryColumn("node"), QueryColumn("branch"), QueryColumn("division"), QueryColumn("manager"),
            QueryColumn("external_id"),
        ]
    )

    private let file: PeopleFile
    private let day: CalendarDay
    private var nodes: [[String?]] = []
    private var people: [[String?]] = []

    /// - Parameters:
    ///   - file: the file.
    ///   - day: of which day the organisation is told.
    init(_ file: PeopleFile, on day: CalendarDay) {
        (self.file, self.day) = (file, day)
        guard let book = file.book else { return }
        for group in book.groups(on: day) {
            for node in [group] + book.nodes(below: group.id, on: day) {
                let members = book.members(of: node.id, on: day)
                let below = book.nodes(below: node.id, on: day).map { book.members(of: $0.id, on: day).count }
                nodes.append([
                    node.id, node.kind.rawValue, node.purpose.rawValue, node.parent,
                    book.unit(.division, ofNode: node.id, on: day)?.id, node.chineseName, node.englishName,
                    String(members.count), String(below.reduce(0, +)),
                ])
                for person in members {
                    people.append([
                        person.login, person.name, person.englishName, person.position, person.node,
                        book.unit(.branch, ofPerson: person.login, on: day)?.id,
                        book.unit(.division, ofPerson: person.login, on: day)?.id, person.manager, person.externalId,
                    ])
                }
            }
        }
    }

    /// The report: for programs always all of its tables; for people the faults line by line, or the organisation.
    func text(as format: TableFormat, _ layout: TableLayout, style: OutputStyle = .standard) -> String {
        if format == .text, !file.faults.isEmpty {
            return file.faults.map { fault in
                TerminalText.visible("line \(fault.line), \(fault.column): \(fault.reason): \(fault.detail)") + "\n"
            }.joined()
        }
        let counts = [file.lines, file.faults.count, nodes.count, people.count].map { String($0) }
        let faults = file.faults.map { [String($0.line), $0.column, $0.reason, $0.detail] }
        var writer = TableWriter(format, layout, style: style)
        var text = ""
        for (name, columns, rows) in [
            ("check", Self.columns.check, [[day.description] + counts]), ("faults", Self.columns.faults, faults),
            ("organisation", Self.columns.nodes, nodes), ("people", Self.columns.people, people),
        ] as [(String, [QueryColumn], [[String?]])] {
            text += Self.table(name, columns, rows, &writer)
        }
        return text + writer.finish()
    }

    /// A table, whole: one of an answer carries so many rows at most, and more go into pages.
    private static func table(
        _ name: String, _ columns: [QueryColumn], _ rows: [[String?]], _ writer: inout TableWriter
    ) -> String {
        let size = QueryTable.maximumRows
        let pages = stride(from: 0, to: max(1, rows.count), by: size).map { start in
            QueryTable(name, columns, rows: Array(rows.dropFirst(start).prefix(size)))
        }
        guard let first = pages.first, let last = pages.last else { return "" }
        return writer.begin(first) + pages.map { writer.rows(of: $0) }.joined() + writer.end(last)
    }
}
