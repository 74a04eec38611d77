import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

struct RecoveryStepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Say what was done about a low score.",
        discussion: """
            The steps, in their order: \(RecoveryStep.allCases.map(\.rawValue).joined(separator: ", ")). What is found out says \
            its --cause: \(RecoveryCause.allCases.map(\.rawValue).joined(separator: ", ")); what is agreed its --action and \
            --owner; what is closed its --outcome: \(RecoveryOutcome.allCases.map(\.rawValue).joined(separator: ", ")). \
            Re-measured is only what the customer was asked about again after the action, and has answered.
            """)

    @Argument(help: "The number of the order of which the customer thinks little.")
    var order: String
    @Argument(help: "What was done; one of the list above.")
    var step: String
    @Option(help: "The order's source; needed only when several systems have an order of that number.")
    var source: String?
    @Option(help: "What it comes from; one of the list above.")
    var cause: String?
    @Option(help: "The action's name, the same for all low scores that it is for.")
    var action: String?
    @Option(help: ArgumentHelp("The login of who does it.", valueName: "login"))
    var owner: String?
    @Option(help: ArgumentHelp("By which day it is done.", valueName: "day"))
    var dueOn: String?
    @Option(help: "How it ends; one of the list above.")
    var outcome: String?
    @Option(help: "More in words.")
    var note: String?
    @Option(help: ArgumentHelp("When; now when not given.", valueName: "time"))
    var at: String?
    @OptionGroup var act: ActOptions

    func run() async throws {
        let step = try ArgumentValue.choice(step, "<step>", RecoveryStep.self)
        let cause = try cause.map { try ArgumentValue.choice($0, "--cause", RecoveryCause.self) }
        let outcome = try outcome.map { try ArgumentValue.choice($0, "--outcome", RecoveryOutcome.self) }
        let dueOn = try dueOn.map { try ArgumentValue.day($0, "--due-on") }
        let at = try at.map { try ArgumentValue.time($0, "--at") } ?? .now()
        let stepId = act.id ?? UUID().uuidString.lowercased()
        var act = act
        act.id = stepId
        try await act.send(
            TakeRecoveryStep(
                stepId: stepId, source: try await onlySource(), orderId: order, step: step, cause: cause,
                action: action, owner: owner, dueOn: dueOn, outcome: outcome, note: note, at: at, by: act.by),
            to: .servicedesk, expecting: [RecoveryChanged.type])
    }

    /// The system whose order it is, by the low scores that there are.
    private func onlySource() async throws -> String {
        if let source { return source }
        let found = try await Asking.once(
            .servicedesk, "surveys.recoveries", [("orderId", order), ("state", "all")])
        guard let table = found.first, let place = table.columns.firstIndex(where: { $0.name == "source" }) else {
            throw ValidationError("say --source: the service desk tells of no order '\(order)'")
        }
        let sources = Set(table.rows.compactMap { $0.values[place] })
        guard let only = sources.first, sources.count == 1 else {
            throw sources.isEmpty
                ? act.refused(
                    Refusal(
                        .notFound, path: "$.orderId",
                        "nobody answered low about '\(order)': 'waybill surveys recoveries --all' shows those there are"
                    ))
                : ValidationError("'\(order)' is of \(sources.sorted().joined(separator: " and ")): say --source")
        }
        return only
    }
}
