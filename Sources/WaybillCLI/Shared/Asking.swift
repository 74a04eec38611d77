import ArgumentParser
import Client
import Contracts
import Foundation
import Messaging

/// How answers are wanted.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, for programs.")
    var json = false
    @Flag(
        help:
            "Print CSV, safe to open in a spreadsheet; into a file with the mark by which Excel knows that it is UTF-8."
    )
    var csv = false
    @Option(help: "Write each table as CSV into a file of its own in this folder.")
    var csvFiles: String?

    @Flag(help: "All of a list, page by page to its end.")
    var all = false
    @Option(help: "Of such a list: the page after the one that gave this as its end.")
    var after: String?

    @Flag(help: "On a terminal, every column and every text in full, however wide.")
    var wide = false

    private static let isOnTerminal = isatty(STDOUT_FILENO) == 1

    private var layout: TableLayout {
        var layout = wide ? TableLayout.wide : .standard
        layout.isMarked = csvFiles != nil || SpreadsheetFiles.isStandardOutput
        return layout
    }

    /// Whether the answer is taken out of the system: as CSV, be it on a screen or in a file, or all of a list. Services are told,
    /// answer by the right to export, and note it.
    var isExport: Bool { all || format == .csv }

    var format: TableFormat { json ? .json : csv || csvFiles != nil ? .csv : .text }

    /// Prints tables.
    ///
    /// - Parameters:
    ///   - tables: the tables.
    ///   - isOfOne: whether they tell of one thing that was named: without a row it is not there, which ends with code 2.
    ///   - isWhole: whether everybody who was asked has answered; if not, it ends with code 75.
    ///   - typed: what was typed to find them.
    ///   - described: what the catalogue says of a table.
    func show(
        _ tables: [QueryTable], isOfOne: Bool = false, isWhole: Bool = true, typed: [String] = [],
        described: (QueryTable) -> TableDescription? = Asking.described
    ) throws {
        if let csvFiles {
            try SpreadsheetFiles.write(tables, to: csvFiles, layout, described)
        } else {
            print(TableRenderer.render(tables, as: format, layout: layout, described: described), terminator: "")
            if format == .csv, tables.count > 1 {
                say("\(tables.count) tables, one below another: --csv-files FOLDER writes each into a file of its own")
            }
        }
        if format == .csv {
            for table in tables { TableWriter.remarks(on: table, last: table, shown: table.rows.count).forEach(say) }
        }
        if !isWhole { throw ExitCodes.notHeard }
        try end(isEmpty: tables.allSatisfy(\.rows.isEmpty), isOfOne: isOfOne, typed)
    }

    /// Asks one service and prints its answer, with `--all` page by page, each as it comes.
    ///
    /// - Parameter toEnd: whether all pages are told; when not given, whether `--all` is.
    func show(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = [], toEnd: Bool? = nil
    ) async throws {
        let toEnd = toEnd ?? all
        // Where --all means what is over, too, a page of that is no more taken out than any other.
        let isExport = self.isExport && (toEnd || format == .csv)
        let client = Asking.client(try CommandEnvironment().person("ask"))
        let question = QueryCatalogue.question(service, query)
        let cursor = question?.cursor ?? "after"
        var values = values
        if toEnd, case .integer(let sizes) = question?.parameter("limit")?.kind {
            values.removeAll { $0.0 == "limit" }
            values.append(("limit", String(sizes.upperBound)))
        }
        // The whole is counted once, with the first page. People are told unasked; a program that wants to know says so.
        let isTold = format == .text && after == nil && question?.cursor != nil
        let isSaid = values.contains { $0.0 == QueryDescription.totals }
        let opening = values + (isTold && !isSaid ? [(QueryDescription.totals, "true")] : [])
        values.removeAll { $0.0 == QueryDescription.totals }
        let tables = try await Waiting(service.rawValue).during {
            try await Asking.ask(service, query, opening + [(cursor, after)], isExport: isExport, client: client)
        }
        guard toEnd, tables.contains(where: { $0.next != nil }) else {
            await client.close()
            return try show(tables, isOfOne: question?.isOfOne == true, typed: values.compactMap(\.1)) {
                question?.answer($0.name)
            }
        }
        var writer = TableWriter(format, layout)
        var progress = Progress()
        var count = 0
        var files = try csvFiles.map { try SpreadsheetFiles($0) }
        func tell(_ text: String) throws {
            if let files { try files.write(text) } else { print(text, terminator: "") }
        }
        for first in tables {
            if files != nil {
                try files?.begin(first.name)
                writer = TableWriter(format, layout)
            }
            try tell(writer.begin(first, question?.answer(first.name)) + writer.rows(of: first))
            var page = first
            count += page.rows.count
            while let next = page.next {
                let answer = try await Asking.ask(
                    service, query, values + [(cursor, next)], isExport: isExport, client: client)
                guard let found = answer.first(where: { $0.name == first.name }) else {
                    throw Failure("\(service.rawValue) told no more of '\(first.name)': ask again")
                }
                page = found
                try tell(writer.rows(of: page))
                count += page.rows.count
                // On a terminal the rows themselves tell how far it is.
                if !Self.isOnTerminal { progress.show("\(count) rows") }
            }
            try tell(writer.end(page))
            if format == .csv { writer.remarks(on: page).forEach(say) }
        }
        progress.end()
        try tell(writer.finish())
        await client.close()
    }

    private func end(isEmpty: Bool, isOfOne: Bool, _ typed: [String]) throws {
        guard isEmpty else { return }
        if format == .text { say("nothing found") }
        TypedHints.hints(typed).forEach(say)
        if isOfOne { throw ExitCodes.refused }
    }
}

extension Asking {
    /// Asks one service with a connection of its own, as whoever is logged in.
    ///
    /// - Parameter isExport: whether the answer is to be taken out of the system.
    static func once(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = [], isExport: Bool = false
    ) async throws -> [QueryTable] {
        try await once(service, query, values, isExport: isExport, as: CommandEnvironment().person("ask"))
    }

    /// What the catalogue says of a table whose question is not at hand: of one with this name and these columns.
    static func described(_ table: QueryTable) -> TableDescription? {
        let columns = table.columns.map(\.name)
        return QueryCatalogue.questions.lazy.compactMap { $0.answer(table.name) }
            .first { $0.columns.map(\.name) == columns }
    }

    /// Asks several services the same, as whoever is logged in, and says which of them do not answer.
    ///
    /// - Parameter isExport: whether the answers are to be taken out of the system.
    /// - Returns: what the others told, and whether all were heard of.
    static func each(
        _ services: [ServiceName], _ query: String, _ values: [(String, String?)] = [], isExport: Bool = false
    ) async throws -> (tables: [QueryTable], isWhole: Bool) {
        var isWhole = true
        let tables = await each(
            services, query, values, isExport: isExport, as: try CommandEnvironment().person("ask")
        ) { service, error in
            say("\(service.rawValue): \(error)")
            if (error as? ClientError)?.code != .refused { isWhole = false }
        }
        return (tables, isWhole)
    }
}
