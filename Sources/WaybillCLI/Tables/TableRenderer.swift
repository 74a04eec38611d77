import Client
import Contracts
import Domain

/// How tables are shown.
enum TableFormat {
    /// Aligned, for people.
    case text
    /// One object, for programs.
    case json
    /// Comma-separated (RFC 4180), safe to open in a spreadsheet.
    case csv
}

/// Shows tables that are there as a whole.
enum TableRenderer {
    static func render(
        _ tables: [QueryTable], as format: TableFormat, layout: TableLayout = .standard,
        style: OutputStyle = .standard, zone: OrganisationZone = .current,
        described: (QueryTable) -> TableDescription? = { _ in nil }
    ) -> String {
        var writer = TableWriter(format, layout, style: style, zone: zone)
        return tables.map { table in
            writer.begin(table, described(table)) + writer.rows(of: table) + writer.end(table)
        }.joined() + writer.finish()
    }
}
