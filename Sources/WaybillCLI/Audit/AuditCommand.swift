import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging
import Operations

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who saw personal data, took data out, acted, was denied something, or operated the system.",
        subcommands: [List.self, Show.self, Export.self, HandOver.self])

    /// It asks several services and puts what they tell into one table.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What the services have noted, the latest first.",
            discussion: """
                seen: personal data was told; exported: an answer was taken out, as a file or all of a list; acted: a command
                was carried out; denied: a question or a command was refused because whoever gave it may not; refused: a
                command was refused for whatever reason, or a message for who sent it; operated: an act on messages or
                scheduled work. To look at the audit is noted, too.
                """)

        @OptionGroup var selection: AuditSelection
        @Option(help: "How many of the latest at most; 'audit export' tells all.")
        var limit = 50
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (1...QueryTable.maximumRows).contains(limit) else {
                throw ValidationError("--limit is a number from 1 to \(QueryTable.maximumRows)")
            }
            guard !output.all, output.after == nil else {
                throw ValidationError("several lists are told as one: 'waybill audit export FILE' tells all of them")
            }
        }

        func run() async throws {
            var merged = AuditMerge()
            let isWhole = try await selection.pages(of: limit, isToEnd: false, isExport: output.isExport) {
                merged.take($0)
            }
            guard let table = merged.table(limit) else { throw ExitCodes.notHeard }
            try output.show([table], isWhole: isWhole, typed: [selection.person, selection.object].compactMap(\.self)) {
                CommonQuestions.audit.answer($0.name)
            }
        }
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", CommonQuestions.auditEntry, arguments: ["entry"])

        @OptionGroup var asking: AskingOptions
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All of it into a file: JSON when its name ends in .json, otherwise CSV.",
            discussion: "One service after the other, each with the latest first. The file is readable by nobody else.")

        @Argument(help: "The file to write.")
        var file: String
        @OptionGroup var selection: AuditSelection

        func run() async throws {
            let format: TableFormat = file.hasSuffix(".json") ? .json : .csv
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            guard FileManager.default.createFile(atPath: file, contents: nil, attributes: attributes),
                let handle = FileHandle(forWritingAtPath: file)
            else { throw Failure("'\(file)' cannot be written") }
            var layout = TableLayout.wide
            layout.isMarked = true
            var writer = TableWriter(format, layout)
            var progress = Progress()
            var (count, last) = (0, QueryTable?.none)
            func write(_ text: String) throws { try handle.write(contentsOf: Data(text.utf8)) }
            let isWhole = try await selection.pages(of: QueryTable.maximumRows, isToEnd: true, isExport: true) { page in
                // The end of one service's list is not that of the file.
                let rows = page.with(next: nil)
                if last == nil { try write(writer.begin(rows, CommonQuestions.audit.answer(page.name))) }
                try write(writer.rows(of: rows))
                last = rows
                count += rows.rows.count
                progress.show("\(count) entries")
            }
            progress.end()
            if let last { try write(writer.end(last) + writer.finish()) }
            try handle.close()
            say("\(count) entries in \(file)")
            guard isWhole else {
                say("'\(file)' lacks what these services have noted: write it again when they answer")
                throw ExitCodes.notHeard
            }
        }
    }

    struct HandOver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "hand-over",
            abstract: "Once, after an update: what operators did before the audit had a table goes into it.",
            discussion: """
                It reads the queue of 'waybill dead audit', which stays as it is, and hands every record to the service that
                keeps them. What that has is there once, so it may be run again.
                """)

        func run() async throws {
            let count = try await Restoring.handOver(as: CommandEnvironment().operator("audit"))
            say("handed over \(count) records; 'waybill audit list --what operated' shows them")
        }
    }
}

/// What of the audit is wanted, and of whom.
struct AuditSelection: ParsableArguments {
    @Option(help: "Only what this person did or saw.")
    var person: String?
    @Option(help: "Only what is about the object of this key: a customer's identifier or code, an order's number.")
    var object: String?
    @Option(help: "Only what is about objects of this kind, such as customer or order.")
    var kind: String?
    @Option(help: "Only what happened so: seen, exported, acted, denied, refused or operated.")
    var what: String?
    @Option(help: "Only what happened on this day or later.")
    var from: String?
    @Option(help: "Only what happened on this day or before.")
    var to: String?
    @Option(help: "Only what this service has noted; may be given again. All six when it is not given.")
    var service: [String] = []

    /// The values of the question, each checked as the catalogue says.
    private var values: [(String, String?)] {
        get throws {
            let given: [(String, String?)] = [
                ("person", person), ("object", object), ("kind", kind), ("what", what), ("from", from), ("to", to),
            ]
            return try given.map { name, value in
                guard let value, let input = CommonQuestions.audit.parameter(name) else { return (name, nil) }
                do throws(Refusal) { return (name, try input.value(value)) } catch {
                    throw ValidationError("--\(name) '\(value)': \(error.detail)")
                }
            }
        }
    }

    func validate() throws {
        _ = try values
        _ = try service.map(ServiceArgument.parse)
    }

    /// Hands over the pages of the audit, service by service.
    ///
    /// - Parameters:
    ///   - size: how many rows a page has.
    ///   - isToEnd: whether all pages are read, and not only the first of each service.
    ///   - isExport: whether they are taken out of the system.
    ///   - take: takes a page.
    /// - Returns: whether all services have answered.
    func pages(
        of size: Int, isToEnd: Bool, isExport: Bool, _ take: (QueryTable) throws -> Void
    ) async throws -> Bool {
        let services = service.isEmpty ? ServiceName.allCases : try service.map(ServiceArgument.parse)
        let values = try values + [("limit", String(size))]
        let client = Asking.client(try CommandEnvironment().person("ask"))
        var isWhole = true
        for service in services {
            var after: String?
            repeat {
                let page: QueryTable?
                do {
                    page = try await Asking.ask(
                        service, CommonQuestions.audit.name, values + [("after", after)], isExport: isExport,
                        client: client
                    ).first
                } catch {
                    // One that does not answer costs only its own part.
                    say("\(service.rawValue): \(error)")
                    isWhole = false
                    break
                }
                guard let page else { break }
                try take(page)
                after = page.next
            } while isToEnd && after != nil
        }
        await client.close()
        return isWhole
    }
}

/// The lists of several services as one, the latest first.
struct AuditMerge {
    private var first: QueryTable?
    private var rows: [(at: Timestamp, values: [String?])] = []
    private var isCut = false

    /// Takes a page of a service.
    mutating func take(_ page: QueryTable) {
        first = first ?? page
        isCut = isCut || page.next != nil
        let place = page.columns.firstIndex { $0.name == "at" }
        rows += page.rows.map { row in
            (place.flatMap { row.values[$0] }.flatMap(ProgramForm.instant) ?? .distantPast, row.values)
        }
    }

    /// The latest of them; nothing when no service has answered.
    ///
    /// - Parameter limit: how many at most.
    func table(_ limit: Int) -> QueryTable? {
        guard let first else { return nil }
        let sorted = rows.enumerated().sorted { one, other in
            one.element.at == other.element.at ? one.offset < other.offset : one.element.at > other.element.at
        }
        return QueryTable(
            first.name, first.columns, rows: sorted.prefix(limit).map(\.element.values),
            isCut: isCut || sorted.count > limit)
    }
}

extension Timestamp {
    /// Before everything that is noted.
    fileprivate static let distantPast = Timestamp(microsecondsSinceEpoch: 0)
}

extension QueryTable {
    /// The same page, with another word on where the next one begins.
    fileprivate func with(next: String?) -> QueryTable {
        QueryTable(name, columns, rows: rows.map(\.values), next: next, count: count, totals: totals)
    }
}
