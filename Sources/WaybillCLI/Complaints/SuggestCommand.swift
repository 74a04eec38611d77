import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

struct SuggestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract: "Say that a customer needs something that we could sell: sales gets it as a lead.",
        discussion: """
            It was seen by a complaint that is closed (--complaint), or by a call or an answer about an order (--order with --by-what \
            callback or survey). 'waybill desk leads' shows what has become of it.
            """)

    @Argument(help: "What the customer needs, in words.")
    var need: String
    @Option(help: ArgumentHelp("The complaint by which it was seen.", valueName: "number"))
    var complaint: String?
    @Option(help: ArgumentHelp("The order of which the customer was called or asked.", valueName: "number"))
    var order: String?
    @Option(help: "By what it was seen, of an order: callback or survey.")
    var byWhat: String?
    @Option(help: "The system whose number that is; needed only when several have one of that number.")
    var source: String?
    @Option(help: "The line of business that it would be.")
    var line: String?
    @Option(help: ArgumentHelp("When it was seen; now when not given.", valueName: "time"))
    var at: String?
    @OptionGroup var act: ActOptions

    func validate() throws {
        guard (complaint == nil) != (order == nil) else {
            throw ValidationError("say by what it was seen: --complaint, or --order with --by-what")
        }
        guard (order == nil) == (byWhat == nil) else {
            throw ValidationError("--by-what goes with --order: callback or survey")
        }
    }

    func run() async throws {
        let evidence = try byWhat.map { try ArgumentValue.choice($0, "--by-what", NeedEvidence.self) } ?? .complaint
        guard order == nil || evidence != .complaint else {
            throw ValidationError("--by-what is callback or survey; a complaint is named by --complaint")
        }
        let suggestionId = act.id ?? UUID().uuidString.lowercased()
        let at = try at.map { try ArgumentValue.time($0, "--at") } ?? .now()
        let source = try await onlySource()
        var act = act
        act.id = suggestionId
        try await act.send(
            SuggestLead(
                suggestionId: suggestionId, evidence: evidence, source: source, complaintId: complaint, orderId: order,
                need: need, businessLine: line, at: at, by: act.by),
            to: .servicedesk, expecting: [LeadSuggested.type])
    }

    /// The system whose number it is.
    private func onlySource() async throws -> String {
        if let source { return source }
        if let complaint { return try await ReportedComplaint(complaint, nil).onlySource(act) }
        let order = order ?? ""
        let found = try await Asking.once(.servicedesk, "orders.show", [("orderId", order)])
        let sources = Set(found.first?.rows.compactMap { $0.values[0] } ?? [])
        guard sources.count <= 1 else {
            throw ValidationError("'\(order)' is of \(sources.sorted().joined(separator: " and ")): say --source")
        }
        guard let only = sources.first else {
            throw act.refused(
                Refusal(.notFound, path: "$.orderId", "the service desk knows of no order '\(order)'"))
        }
        return only
    }
}
