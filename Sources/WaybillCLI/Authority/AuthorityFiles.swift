import Client
import Contracts
import Domain
import Messaging

/// A quote as it was when it was submitted, and who had to sign it.
struct ReplayedDeal {
    let quoteId: String
    let number: String
    let cell: String
    let signers: String
    /// What was known of it, or why that cannot be read.
    let deal: Result<AuthorityDeal, Refusal>
}

/// Matrices of who signs, and the deals that are decided by them, as files.
enum AuthorityFiles {
    /// A matrix with which nothing is wrong.
    ///
    /// - Throws: ``ExitCodes/refused``, having said what is wrong and where.
    static func matrix(_ file: String) throws -> AuthorityMatrix {
        let bytes = Array(try ColumnFile.contents(of: file))
        do throws(Refusal) {
            var fields = try FieldReader(JSONDocument(parsing: bytes).root)
            return try AuthorityMatrix(fields: &fields)
        } catch {
            say("\(file) is refused: \(error.reason.rawValue) at $\(error.path): \(error.detail)")
            throw ExitCodes.refused
        }
    }

    /// The deals of a file.
    static func deals(_ path: String) throws -> [ReplayedDeal] {
        var file = try ColumnFile(path, required: ["quoteId", "amount", "currency"])
        let places = Dictionary(file.columns.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        var deals: [ReplayedDeal] = []
        while let row = file.next() { deals.append(deal { row[places[$0]] }) }
        if let problem = file.problem { throw Failure(problem) }
        return deals
    }

    /// The deals that the sales service knows, page by page.
    static func told() async throws -> [ReplayedDeal] {
        let client = Asking.client(try CommandEnvironment().person("ask"))
        var deals: [ReplayedDeal] = []
        var after: String?
        repeat {
            let page = try await Asking.ask(
                .sales, AuthorityQuestions.deals.name,
                [("limit", String(QueryTable.maximumRows)), (AuthorityQuestions.deals.cursor ?? "after", after)],
                client: client
            ).first
            let places = Dictionary((page?.columns ?? []).enumerated().map { ($0.element.name, $0.offset) }) {
                first, _ in
                first
            }
            for row in page?.rows ?? [] { deals.append(deal { places[$0].flatMap { row.values[$0] } ?? "" }) }
            after = page?.next
        } while after != nil
        await client.close()
        return deals
    }

    /// Who signs by a cell, in words.
    static func signers(_ cell: AuthorityCell) -> String { cell.steps.map(\.words).joined(separator: ", ") }

    private static func deal(_ field: (String) -> String) -> ReplayedDeal {
        ReplayedDeal(
            quoteId: field("quoteId"), number: field("number"), cell: field("cell"), signers: field("signers"),
            deal: Result { () throws(Refusal) in try read(field) })
    }

    /// Read as the same fields of a message are: what is empty is not known.
    private static func read(_ field: (String) -> String) throws(Refusal) -> AuthorityDeal {
        func text(_ name: String) -> String? { field(name).isEmpty ? nil : field(name) }
        func words(_ name: String) -> [String] { field(name).split(separator: " ").map(String.init) }
        var object = ObjectWriter()
        object.texts("nodes", words("nodes"))
        object.text("businessLine", text("businessLine"))
        object.texts("items", words("items"))
        object.text("amount", text("amount"))
        object.text("listed", text("listed"))
        object.text("cost", text("cost"))
        object.text("currency", text("currency"))
        object.text("creditState", text("creditState"))
        object.text("acceptance", text("acceptance"))
        if let days = text("paymentDays") {
            guard let days = Int(days) else {
                throw Refusal(.wrongType, path: ".paymentDays", "a whole number of days")
            }
            object.integer("paymentDays", days)
        }
        var fields = try FieldReader(JSONDocument(parsing: object.finished()).root)
        return try AuthorityDeal(fields: &fields)
    }
}
