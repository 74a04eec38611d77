import ArgumentParser
import Client
import Contracts
import Domain
import Importing

struct PeopleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "people", abstract: "Who belongs where, and under whom, on which day.",
        subcommands: [Check.self, Import.self, List.self, Show.self, Leave.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Say what is wrong with a file of an organisation, and what it is on a day.",
            discussion: """
                FILE is CSV (UTF-8, UTF-16 or GB 18030) or XLSX; its first row names the columns, in English or Chinese, or as
                a mapping says. A line with a login is a person's, one without a node's; each holds from a day to a day. Said
                is every line that is wrong, with its column, a code and what to do; when none is, the organisation and its
                people as they are on the day. Needs no service and changes nothing; docs/business/people.md.

                Ends with 1 when a line is wrong, with 2 when FILE is no such table.
                """)

        @Argument(help: "The file; - for standard input.")
        var file: String
        @Option(
            help: ArgumentHelp("The day of which the organisation is shown, today when not given.", valueName: "day"))
        var asOf: String?
        @Option(help: "A mapping file: columns, values, words, days (docs/operate/import.md).")
        var mapping: String?
        @Option(help: "The sheet of a workbook; the first when not given.")
        var sheet: String?
        @Flag(help: "Print JSON, for programs.")
        var json = false
        @Flag(help: "On a terminal, every column and every text in full, however wide.")
        var wide = false

        func validate() throws {
            if let asOf, CalendarDay(asOf) == nil {
                throw ValidationError("--as-of '\(asOf)' is no day such as 2026-07-01")
            }
        }

        func run() throws {
            let name = file == "-" ? "standard input" : file
            let (read, said) = try Self.read(
                Array(try ColumnFile.contents(of: file)), name, sheet, try mapping.map(Self.mapping))
            if let said { say("'\(name)' is \(said), read as such") }
            if !read.unused.isEmpty { say("not used: \(read.unused.joined(separator: ", "))") }
            let day = asOf.flatMap { CalendarDay($0) } ?? Timestamp.now().day()
            print(
                PeopleReport(read, on: day).text(as: json ? .json : .text, wide ? .wide : .standard), terminator: "")
            guard read.faults.isEmpty else {
                if !json {
                    say("\(read.faults.count) faults in \(read.lines) lines: nothing can be taken over of them")
                }
                throw ExitCodes.failed
            }
        }

        /// Reads a file.
        ///
        /// - Returns: what stands in it, and what the file is when that is worth saying.
        static func read(
            _ bytes: [UInt8], _ name: String, _ sheet: String? = nil, _ mapping: ImportMapping? = nil
        ) throws -> (file: PeopleFile, said: String?) {
            do throws(FileFault) {
                let table = try TableFile(bytes, name: name, sheet: sheet)
                return (try PeopleFile(table, mapping ?? ImportMapping()), table.said)
            } catch {
                say("'\(name)': \(error)")
                throw ExitCodes.refused
            }
        }

        static func mapping(_ file: String) throws -> ImportMapping {
            let bytes = Array(try ColumnFile.contents(of: file))
            do throws(Refusal) { return try PeopleFile.mapping(json: bytes) } catch {
                throw Failure("the mapping '\(file)': \(error)")
            }
        }
    }
}
