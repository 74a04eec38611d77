import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

struct ComplaintsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complaints", abstract: "What customers complain of, and what is done about it.",
        subcommands: [
            Report.self, Step.self, WaitCommand.self, ResumeCommand.self, List.self, Show.self, ClocksCommand.self,
        ])

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a complaint down.",
            discussion: """
                The categories: \(ComplaintCategory.allCases.map(\.rawValue).joined(separator: ", ")).
                The severities: \(ComplaintSeverity.allCases.map(\.rawValue).joined(separator: ", ")).
                A complaint is never changed: the same number again with the same content has no second effect, with
                another content it is refused.
                """)

        @Argument(help: "The complaint's own number.")
        var complaint: String
        @Option(help: ArgumentHelp("The code of the customer.", valueName: "code"))
        var customer: String
        @Option(help: ArgumentHelp("The order it is about.", valueName: "number"))
        var order: String?
        @Option(help: "What it is about; one of the list above.")
        var category: String
        @Option(help: "How bad it is; one of the list above.")
        var severity: String
        @Option(help: "What the customer says.")
        var summary: String
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                ComplaintReported(
                    complaintId: complaint, customer: CustomerCode(code: customer), orderId: order,
                    category: try ArgumentValue.choice(category, "--category", ComplaintCategory.self),
                    severity: try ArgumentValue.choice(severity, "--severity", ComplaintSeverity.self),
                    at: try book.time(), by: book.by, summary: summary),
                to: .servicedesk)
        }
    }

    struct Step: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what was done about a complaint.",
            discussion: """
                The steps, in their order: \(ComplaintStep.allCases.map(\.rawValue).joined(separator: ", ")).
                Steps may be left out, but none is gone back, unless a complaint that is verified or closed is reopened.
                """)

        @Argument(help: "The complaint's number.")
        var complaint: String
        @Argument(help: "What was done; one of the list above.")
        var step: String
        @Option(help: "The system that reported the complaint; needed only when several have one of that number.")
        var source: String?
        @Option(help: ArgumentHelp("When; now when not given.", valueName: "time"))
        var at: String?
        @Option(help: "More in words.")
        var note: String?
        @Option(help: ArgumentHelp("Until when the customer was promised to hear of it again.", valueName: "time"))
        var promise: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            let step = try ArgumentValue.choice(step, "<step>", ComplaintStep.self)
            let (at, promise) = (try Self.time(at, "--at"), try Self.time(promise, "--promise"))
            let stepId = act.id ?? UUID().uuidString.lowercased()
            var act = act
            act.id = stepId
            try await act.send(
                ComplaintStepTaken(
                    stepId: stepId, source: try await ReportedComplaint(complaint, source).onlySource(act),
                    complaintId: complaint, step: step,
                    at: at ?? Timestamp.now(), by: act.by, note: note, promise: promise),
                to: .servicedesk, expecting: [ComplaintProgressed.type])
        }

        private static func time(_ text: String?, _ option: String) throws -> Timestamp? {
            try text.map { try ArgumentValue.time($0, option) }
        }
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", ServiceDeskQuestions.complaints)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion(
            "show", ServiceDeskQuestions.complaint, arguments: ["complaintId"])

        @OptionGroup var asking: AskingOptions
    }
}
