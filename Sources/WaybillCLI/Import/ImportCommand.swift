import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Importing

extension ImportKind: ExpressibleByArgument {}

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract:
            "Take over what an old system's files hold: customers, suppliers, invoices, payments, budgets, agreements.",
        discussion: """
            FILE is CSV (UTF-8, UTF-16 or GB 18030; comma, semicolon or tabulator between) or XLSX; its first row names the
            columns, in English or Chinese, or as a mapping says. Each line lands as a message of the system that --source
            names: what that system says later under the same number is the same again, or refused.

            --dry-run says of each line what would happen: new, same, changed (its number is known, and what it says would be
            taken over), joins (a new account of a party that is known), probable (perhaps one: somebody will be asked),
            refused. An import asks the same first, publishes what is new, and waits until it has landed; interrupted, it is
            given again and goes on. What is refused stands with its reason in FILE.refused.csv, to mend and import again.

            It needs the right to import: 'waybill users add NAME --imports'. Ends with 1 when a line was refused.
            """)

    @Argument(help: "What the file is of: \(ImportKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind: ImportKind
    @Argument(help: "The file; - for standard input.")
    var file: String
    @Option(help: "Whose numbers they are: the source of the system that the file comes from.")
    var source: String
    @Option(help: "A mapping file: columns, values, words, days, decimals, times (docs/operate/import.md).")
    var mapping: String?
    @Option(help: "Write the columns that were found, and the rest of the mapping, into this file for the next time.")
    var saveMapping: String?
    @Option(
        help: ArgumentHelp("What every line has that says nothing else, as currency=CNY.", valueName: "field=value"))
    var value: [String] = []
    @Option(help: "The sheet of a workbook; the first when not given.")
    var sheet: String?
    @Option(help: "As of when the file is, a time with its offset; when it was last changed when not given.")
    var asOf: String?
    @Option(help: "Where refused lines go; FILE.refused.csv when not given.")
    var refused: String?
    @Flag(help: "Say of each line what would happen, and publish nothing.")
    var dryRun = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let asOf, Timestamp(asOf) == nil {
            throw ValidationError("--as-of '\(asOf)' is no time with its offset, such as 2026-01-05T18:00:00+08:00")
        }
        let names = kind.fields.map(\.name)
        for text in value {
            guard let field = text.split(separator: "=", maxSplits: 1).first, text.contains("="),
                names.contains(String(field))
            else {
                throw ValidationError(
                    "--value '\(text)' is no FIELD=VALUE; \(kind.rawValue) have \(names.joined(separator: ", "))")
            }
        }
    }

    func run() async throws {
        let bytes = Array(try ColumnFile.contents(of: file))
        let name = file == "-" ? "standard input" : file
        let lines: ImportFile
        let columns = try columnMapping()
        do throws(FileFault) {
            lines = try ImportFile(TableFile(bytes, name: name, sheet: sheet), kind, columns)
        } catch {
            say("'\(name)': \(error)")
            throw ExitCodes.refused
        }
        if let said = lines.said { say("'\(name)' is \(said), read as such") }
        if !lines.found.unused.isEmpty { say("not used: \(lines.found.unused.joined(separator: ", "))") }
        if let saveMapping { try OutputFile.write(columns.json(of: kind, lines.found), to: saveMapping) }
        var run = ImportRun(
            kind: kind, source: source, asOf: try moment(), user: try CommandEnvironment().person("import"),
            isDry: dryRun,
            report: RefusedReport(refused ?? (file == "-" ? "refused.csv" : file + ".refused.csv"), lines.columns),
            listing: dryRun ? OutcomeListing(output.format) : nil)
        let outcome = try await run.carry(lines)
        try tell(outcome)
        if outcome.refused > 0 || outcome.problem != nil { throw ExitCodes.failed }
    }

    private func columnMapping() throws -> ImportMapping {
        var columns = ImportMapping()
        if let mapping {
            do throws(Refusal) {
                columns = try ImportMapping(json: Array(ColumnFile.contentsOrNothing(of: mapping)), for: kind)
            } catch { throw Failure("the mapping '\(mapping)': \(error)") }
        }
        for text in value {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            columns.values[parts[0]] = parts[1]
        }
        return columns
    }

    /// An older word never replaces a newer one, so a file counts as of when it was written.
    private func moment() throws -> Timestamp {
        if let asOf, let time = Timestamp(asOf) { return time }
        let changed = try? FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
        guard let changed else { return .now() }
        return Timestamp(microsecondsSinceEpoch: Int64(changed.timeIntervalSince1970 * 1_000) * 1_000)
    }

    private func tell(_ outcome: ImportOutcome) throws {
        if let problem = outcome.problem { say("'\(file)', \(problem): nothing behind it was read") }
        if let report = outcome.report { say("refused lines, to mend and import again: \(report)") }
        guard !dryRun else { return say(outcome.description(isDry: true)) }
        switch output.format {
        case .text: say(outcome.description(isDry: false))
        case .json, .csv:
            try output.show([
                QueryTable(
                    "import", ImportOutcome.columns.map { QueryColumn($0, .integer) },
                    rows: [outcome.counts.map { String($0) }])
            ])
        }
    }
}

extension ColumnFile {
    /// The bytes of a file; none when it cannot be read, which no reader takes for a mapping.
    static func contentsOrNothing(of file: String) -> [UInt8] { (try? Array(contents(of: file))) ?? [] }
}
