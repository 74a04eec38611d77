import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging

/// The document of a quote that is approved, to be sent.
struct QuoteDocumentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "document", abstract: "The customer's document of a quote that is approved.",
        discussion:
            "Of a quote that is not approved, or not any more, there is none. How prices came about is not in it.")

    @Argument(help: "The quote.")
    var quote: String
    @Option(help: "html or pdf.")
    var format: DocumentFormat = .html
    @Option(help: "The document's language: zh or en.")
    var language: DocumentLanguage = .english
    @Option(help: ArgumentHelp("The document's file; HTML without it is printed.", valueName: "file"))
    var output: String?
    @Option(help: "Who sends the document, as it stands in its head.")
    var issuer: String?
    @Option(help: "What else the document says, such as the terms.")
    var note: String?

    func validate() throws {
        if format == .pdf, output == nil { throw ValidationError("a PDF goes into a file: say --output FILE") }
    }

    func run() async throws {
        // Before anybody is asked: whether it can be made at all.
        let printer = format == .pdf ? try DocumentPrinter() : nil
        let html = try await document().html()
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

    /// Asks sales for the quote, as something that is taken out, and the customer service for the name.
    private func document() async throws -> QuoteDocument {
        let client = Asking.client(try CommandEnvironment().person("ask"))
        let answers: Result<([QueryTable], AccountStatement.Holder), any Error>
        do {
            let tables = try await Asking.ask(
                .sales, QuoteQuestions.document.name, [("quoteId", quote)], isExport: true, client: client)
            let head = tables.first { $0.name == "quote" }
            func value(_ name: String) -> String? {
                head?.columns.firstIndex { $0.name == name }.flatMap { head?.rows.first?.values[$0] }
            }
            let code = value("code") ?? ""
            var party: [QueryTable] = []
            if !code.isEmpty {
                do {
                    party = try await Asking.ask(
                        .customer, PartyQuestions.show.name, [("party", code), ("source", value("source"))],
                        client: client)
                } catch let error as ClientError {
                    say("customer: \(error); the document names the customer by its code")
                }
            }
            answers = .success((tables, AccountStatement.Holder(typed: code, party: party)))
        } catch { answers = .failure(error) }
        await client.close()
        let (tables, holder) = try answers.get()
        guard !tables.allSatisfy(\.rows.isEmpty) else {
            say("nothing found")
            throw ExitCodes.refused
        }
        return try QuoteDocument(
            tables, customer: holder, words: QuoteWords(language: language), issuer: issuer, note: note)
    }
}
