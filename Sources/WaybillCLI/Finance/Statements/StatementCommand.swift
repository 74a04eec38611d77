import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging

/// As what a statement is wanted.
enum DocumentFormat: String, CaseIterable, ExpressibleByArgument {
    case html
    case pdf
}

/// A customer's account: as a table, or as a document to be sent.
struct StatementCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "statement", ReceivableQuestions.statement,
        """
        The customer stands behind the command, or behind --customer. The balance is what was invoiced less what was paid,
        by currency. A payment counts whole from the day it came, whether or not it is allocated. Days are those of
        the organisation's zone.

        With --format it is a document to be sent: each currency by itself, with what was brought forward, the balance after
        each entry and what is open by days overdue, under the customer's name and address as the golden record has them.
        """)

    @OptionGroup var asking: AskingOptions
    @Option(help: "A document instead of a table: html or pdf.")
    var format: DocumentFormat?
    @Option(help: "The document's language: zh or en.")
    var language: DocumentLanguage = .english
    @Option(help: ArgumentHelp("The document's file; HTML without it is printed.", valueName: "file"))
    var output: String?
    @Option(help: "Who sends the document, as it stands in its head.")
    var issuer: String?
    @Option(help: "What else the document says, such as the account to pay into.")
    var note: String?

    /// What a document can be asked for. Whatever else leaves out lines of the account, whose sums would be those of no account.
    private static let ofDocument = ["customer", "source", "from", "to", "currency"]

    /// What was typed, the customer by its option.
    var words: [String] {
        guard let first = asking.words.first, !first.hasPrefix("-") else { return asking.words }
        return ["--customer", first] + asking.words.dropFirst()
    }

    func validate() throws {
        let values = try Self.asked.read(words).values
        guard let format else {
            guard output == nil, issuer == nil, note == nil else {
                throw ValidationError("--output, --issuer and --note are of a document: say --format html or pdf")
            }
            return
        }
        guard asking.output.format == .text else { throw ValidationError("--format is instead of --json and --csv") }
        if let other = values.first(where: { !Self.ofDocument.contains($0.0) })?.0 {
            throw ValidationError(
                "'\(other)' is of the table: a document tells the whole account, of one currency with --currency")
        }
        if format == .pdf, output == nil { throw ValidationError("a PDF goes into a file: say --output FILE") }
    }

    mutating func run() async throws {
        guard let format else { return try await ask() }
        // Before anybody is asked: whether it can be made at all.
        let printer = format == .pdf ? try DocumentPrinter() : nil
        let html = StatementDocument(
            statement: try await statement(), words: StatementWords(language: language), issuer: issuer, note: note
        ).html()
        guard let output else { return print(html, terminator: "") }
        let file = URL(fileURLWithPath: output)
        do {
            if let printer {
                try printer.print(html, to: file)
            } else {
                try Data(html.utf8).write(to: file, options: .atomic)
            }
        } catch let failure as Failure {
            throw failure
        } catch { throw Failure("'\(output)' cannot be written: \(error.localizedDescription)") }
        say(file.path)
    }

    /// Asks finance for the account and the customer service for the name, all pages of it.
    private func statement() async throws -> AccountStatement {
        let values = try Self.asked.read(words).values
        func value(_ name: String) -> String? { values.first { $0.0 == name }?.1 }
        func day(_ name: String) throws -> CalendarDay? {
            try value(name).map { try ArgumentValue.day($0, "--\(name)") }
        }
        let customer = value("customer") ?? ""
        let (from, to) = (try day("from"), try day("to") ?? Timestamp.now().day())
        let about = [("customer", customer), ("source", value("source")), ("currency", value("currency"))]
        let client = Asking.client(try CommandEnvironment().person("ask"))
        let pages: Result<([QueryTable], [QueryTable], [QueryTable]), any Error>
        do {
            let statement = try await Self.pages(
                ReceivableQuestions.statement,
                about + [("from", from?.description), ("to", to.description)], client: client)
            let aged = try await Self.pages(
                ReceivableQuestions.agedAccounts, about + [("asOf", to.description)], client: client)
            var party: [QueryTable] = []
            do {
                party = try await Asking.ask(
                    .customer, PartyQuestions.show.name, [("party", customer), ("source", value("source"))],
                    client: client)
            } catch let error as ClientError {
                say("customer: \(error); the document names the customer as it was typed")
            }
            pages = .success((statement, aged, party))
        } catch { pages = .failure(error) }
        await client.close()
        let (statement, aged, party) = try pages.get()
        guard !(statement + aged + party).allSatisfy(\.rows.isEmpty) else {
            say("nothing found")
            throw ExitCodes.refused
        }
        return try AccountStatement(
            holder: AccountStatement.Holder(typed: customer, party: party), from: from, to: to, statement: statement,
            aged: aged)
    }

    /// The pages of a question with one list. A document is taken out of the system.
    private static func pages(
        _ question: QueryDescription, _ values: [(String, String?)], client: RequestClient
    ) async throws -> [QueryTable] {
        var pages: [QueryTable] = []
        var after: String?
        repeat {
            let page = try await Asking.ask(
                .finance, question.name,
                values + [("limit", String(QueryTable.maximumRows)), (question.cursor ?? "after", after)],
                isExport: true, client: client)
            pages += page
            after = page.first?.next
        } while after != nil
        return pages
    }
}
