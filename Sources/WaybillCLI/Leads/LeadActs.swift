import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

extension LeadsCommand {
    struct Capture: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take down somebody who may become a customer.",
            discussion: """
                The channels: \(LeadChannel.allCases.map(\.rawValue).joined(separator: ", ")).
                Who is there already, by customer's code, credit code, e-mail, telephone or company, is not taken down twice:
                the capture becomes a touch of the lead that is there. The same identifier with the same content has no second
                effect.
                """)

        @Argument(help: "The capture's own identifier.")
        var capture: String
        @Option(help: "By what way it came; one of the list above.")
        var channel: String
        @Option(help: "Of which campaign, fair or form it comes.")
        var campaign: String?
        @Option(help: "The company.")
        var company: String?
        @Option(help: ArgumentHelp("Its unified social credit code.", valueName: "code"))
        var creditCode: String?
        @Option(help: ArgumentHelp("The person there.", valueName: "name"))
        var contact: String?
        @Option(help: "The person's e-mail address.")
        var email: String?
        @Option(help: "The person's telephone number.")
        var phone: String?
        @Option(help: ArgumentHelp("The code of the customer, when it is known to be one.", valueName: "code"))
        var customer: String?
        @Option(help: "The line of business that is asked for.")
        var line: String?
        @Option(help: "The branch that should see to it.")
        var branch: String?
        @Option(
            name: .customLong("set"), parsing: .singleValue,
            help: ArgumentHelp("What else is known, as name=value; may be given again.", valueName: "name=value"))
        var attributes: [String] = []
        @Option(help: "What was said.")
        var text: String?
        @Option(help: "Whether the person agrees to be spoken with: granted or withdrawn.")
        var consent: String?
        @OptionGroup var book: BookOptions

        func run() async throws {
            let attributes = try attributes.map { word in
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty else {
                    throw ValidationError("--set '\(word)' is not name=value")
                }
                return CaptureAttribute(name: String(parts[0]), value: String(parts[1]))
            }
            try await book.act.send(
                LeadCaptured(
                    captureId: capture, channel: try ArgumentValue.choice(channel, "--channel", LeadChannel.self),
                    campaign: campaign, company: company, creditCode: creditCode, contactName: contact, email: email,
                    phone: phone, customer: customer.map { CustomerCode(code: $0) }, businessLine: line,
                    branch: branch, attributes: attributes, text: text,
                    consent: try consent.map { try ArgumentValue.choice($0, "--consent", ConsentState.self) },
                    by: book.by, capturedAt: try book.time()),
                to: .sales, source: book.source, expecting: [LeadStored.type])
        }
    }

    struct Step: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do something about a lead.",
            discussion: """
                The steps: \(LeadStep.allCases.map(\.rawValue).joined(separator: ", ")).
                The reasons for recycled and closed: \(reasons).
                """)
        private static let reasons = LeadReason.allCases.filter(\.isOfPeople).map(\.rawValue).joined(separator: ", ")

        @Argument(help: "The lead.")
        var lead: String
        @Argument(help: "What is done; one of the list above.")
        var step: String
        @Option(help: ArgumentHelp("To whom it is given.", valueName: "login"))
        var to: String?
        @Option(help: "Why; one of the list above.")
        var reason: String?
        @Option(help: "How they spoke: \(InteractionChannel.allCases.map(\.rawValue).joined(separator: ", ")).")
        var channel: String?
        @Option(help: "The line of business, when it is known only now.")
        var line: String?
        @Option(help: ArgumentHelp("What it is expected to earn.", valueName: "amount"))
        var margin: String?
        @Option(help: "The currency of the amount.")
        var currency: String?
        @Option(help: ArgumentHelp("The opportunity that it becomes.", valueName: "number"))
        var opportunity: String?
        @Option(help: "More in words.")
        var note: String?
        @Option(help: ArgumentHelp("When it was; now when not given.", valueName: "time"))
        var at: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            let at = try at.map { try ArgumentValue.time($0, "--at") } ?? Timestamp.now()
            try await act.send(
                TakeLeadStep(
                    leadId: lead, step: try ArgumentValue.choice(step, "<step>", LeadStep.self), to: to,
                    reason: try reason.map { try ArgumentValue.choice($0, "--reason", LeadReason.self) },
                    channel: try channel.map { try ArgumentValue.choice($0, "--channel", InteractionChannel.self) },
                    businessLine: line, expectedMargin: try margin.map { try ArgumentValue.amount($0, "--margin") },
                    currency: try currency.map(ArgumentValue.currency), opportunityId: opportunity, note: note, at: at,
                    by: act.by),
                to: .sales, expecting: [LeadChanged.type])
        }
    }

    struct Seller: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say who takes leads, which and how many.",
            discussion: "What is said later takes the place of what was said before.")

        @Argument(help: "The login of who takes leads.")
        var login: String
        @Option(help: "How many leads that are not done with this person may have; with 0 no further ones come.")
        var capacity: Int
        @Option(
            name: .customLong("line"), parsing: .singleValue,
            help: "A line of business that this person knows; may be given again; all without it.")
        var lines: [String] = []
        @Option(
            name: .customLong("branch"), parsing: .singleValue,
            help: "A branch for which; may be given again; all without it.")
        var branches: [String] = []
        @Option(help: ArgumentHelp("How many this person may claim a day (10).", valueName: "number"))
        var claims: Int?
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                SetLeadSeller(
                    login: login, capacity: capacity, businessLines: lines, branches: branches, claimsPerDay: claims,
                    at: .now(), by: act.by),
                to: .sales)
        }
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", LeadQuestions.list)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", LeadQuestions.show, arguments: ["leadId"])

        @OptionGroup var asking: AskingOptions
    }

    struct Pool: QuestionCommand {
        static let asked = AskedQuestion("pool", LeadQuestions.pool)

        @OptionGroup var asking: AskingOptions
    }

    struct Sellers: QuestionCommand {
        static let asked = AskedQuestion("sellers", LeadQuestions.sellers)

        @OptionGroup var asking: AskingOptions
    }

    struct Figures: QuestionCommand {
        static let asked = AskedQuestion("figures", LeadQuestions.figures)

        @OptionGroup var asking: AskingOptions
    }
}
