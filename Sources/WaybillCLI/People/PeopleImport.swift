import ArgumentParser
import Client
import Contracts
import Domain
import Importing
import Messaging

extension PeopleCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Take over what a file says of the organisation and its people: all of it, or nothing.",
            discussion: """
                FILE is one as for 'waybill people check', of the whole organisation or of those who change: of each node and
                person in it all days stand in it, and whoever is not in it stays as they are. The service is asked first what
                would become of each line: new, changed, same (it has no effect) or refused. With a line that is refused
                nothing is taken over; otherwise what is new or changed goes as one message, which is right as a whole or not
                at all, and nothing when somebody else has changed it meanwhile.

                --dry-run tells each line, and takes over nothing. Ends with 1 when a line is refused.
                """)

        @Argument(help: "The file; - for standard input.")
        var file: String
        @Option(help: "A mapping file: columns, values, words, days (docs/operate/import.md).")
        var mapping: String?
        @Option(help: "The sheet of a workbook; the first when not given.")
        var sheet: String?
        @Option(help: "Why, in words; it is kept with what changes.")
        var reason: String?
        @Flag(help: "Say of each line what would change, and change nothing.")
        var dryRun = false
        @OptionGroup var act: ActOptions

        func run() async throws {
            let name = file == "-" ? "standard input" : file
            let (read, said) = try Check.read(
                Array(try ColumnFile.contents(of: file)), name, sheet, try mapping.map(Check.mapping))
            if let said { say("'\(name)' is \(said), read as such") }
            if !read.unused.isEmpty { say("not used: \(read.unused.joined(separator: ", "))") }
            guard read.unreadable.isEmpty else {
                tell(
                    read.unreadable.map {
                        PeoplePlan.Line(
                            line: $0.line, subject: "", key: "", outcome: .refused, reason: $0.reason,
                            column: $0.column,
                            detail: $0.detail)
                    })
                say("\(read.unreadable.count) faults in \(read.lines) lines: nothing is taken over")
                throw ExitCodes.failed
            }
            let (plan, now) = (PeoplePlan(read), Timestamp.now())
            let answers = try await PeopleAnswers.ask(plan.questions(at: now), name)
            let lines = plan.lines(answers, read)
            let isRefused = answers.contains { $0.outcome == .refused }
            if dryRun || isRefused { tell(lines) }
            let counts = [ImportQuestions.Outcome.new, .changed, .same, .refused].map { outcome in
                (outcome, lines.count { $0.outcome == outcome && $0.line != nil })
            }
            let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
            say("\(read.lines) lines: \(words)" + (dryRun || isRefused ? "; nothing was taken over" : ""))
            if isRefused { throw ExitCodes.failed }
            guard !dryRun else { return }
            guard let message = plan.message(answers, at: now, reason: reason, by: act.by) else { return }
            try await act.send(message, to: .customer)
        }

        private func tell(_ lines: [PeoplePlan.Line]) {
            PolicyFiles.show(
                "lines", ["line", "what", "key", "outcome", "reason", "column", "detail"],
                lines.map(\.values), as: act.json ? .json : .text)
        }
    }
}

/// What the service that judges says of what a file holds.
enum PeopleAnswers {
    /// The most bytes of a question with all that it brings along: less than a message may have.
    private static let most = 1_000_000

    /// Asks, page by page.
    static func ask(_ lines: [String], _ name: String) async throws -> [PeoplePlan.Answer] {
        // Each is a text within the question, where a quotation mark has a sign before it.
        let bytes = lines.reduce(0) { $0 + $1.utf8.count + $1.utf8.count { $0 == UInt8(ascii: "\"") } }
        guard bytes < most else {
            throw ClientError(
                .refused,
                "'\(name)' holds more than goes into one message: give it in parts, the nodes first, and managers before "
                    + "whom they manage")
        }
        let client = Asking.client(try CommandEnvironment().person("ask"))
        let result: Result<[PeoplePlan.Answer], any Error>
        do { result = .success(try await pages(lines, client)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }

    private static func pages(_ lines: [String], _ client: RequestClient) async throws -> [PeoplePlan.Answer] {
        var answers: [PeoplePlan.Answer] = []
        var next: String?
        repeat {
            let tables = try await Asking.ask(
                .customer, ImportQuestions.people.name,
                [("limit", String(QueryTable.maximumRows)), (ImportQuestions.people.cursor ?? "after", next)],
                lines: lines, client: client, timeout: .seconds(60))
            guard let table = tables.first(where: { $0.name == ImportQuestions.table }) else {
                throw Failure("the customer service did not say what would become of the lines")
            }
            for row in table.rows {
                var values: [String: String] = [:]
                for (column, value) in zip(table.columns, row.values) { values[column.name] = value }
                if let answer = PeoplePlan.Answer(values) { answers.append(answer) }
            }
            next = table.next
        } while next != nil
        return answers
    }
}
