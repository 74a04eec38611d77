import ArgumentParser
import Client
import Contracts
import Domain

struct QuotesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quotes", abstract: "What is offered to customers: priced, approved by another, sent, agreed to.",
        subcommands: [
            List.self, Show.self, Step.self, Withdraw.self, AddSigner.self, QuoteDocumentCommand.self, Orders.self,
            Settled.self,
            Accuracy.self,
        ])

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", QuoteQuestions.list)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", QuoteQuestions.show, arguments: ["quoteId"])

        @OptionGroup var asking: AskingOptions
    }
}

extension QuotesCommand {
    struct Orders: QuestionCommand {
        static let asked = AskedQuestion("orders", QuotedOrderQuestions.orders)

        @OptionGroup var asking: AskingOptions
    }

    struct Settled: QuestionCommand {
        static let asked = AskedQuestion("settled", QuotedOrderQuestions.lines)

        @OptionGroup var asking: AskingOptions
    }

    struct Accuracy: QuestionCommand {
        static let asked = AskedQuestion("accuracy", QuotedOrderQuestions.accuracy)

        @OptionGroup var asking: AskingOptions
    }
}

extension QuotesCommand {
    struct Step: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do something about a quote.",
            discussion: """
                The steps: \(QuoteStep.allCases.map(\.rawValue).joined(separator: ", ")).
                The reasons for refused: \(QuoteLossReason.allCases.map(\.rawValue).joined(separator: ", ")).
                A line is ITEM:QUANTITY:UNIT, ITEM:QUANTITY:UNIT:ORIGIN:DESTINATION, and with =AMOUNT what is asked for it in the
                place of what the rate cards say. What is not given stays as it is.
                """)

        @Argument(help: "The quote.")
        var quote: String
        @Argument(help: "What is done; one of the list above.")
        var step: String
        @Option(help: "Which revision is meant; the last one when not given.")
        var revision: Int?
        @Option(help: ArgumentHelp("For whom it is, by the customer's code.", valueName: "code"))
        var customer: String?
        @Option(help: ArgumentHelp("The system whose code that is.", valueName: "system"))
        var customerSource: String?
        @Option(help: "What it is called.")
        var title: String?
        @Option(help: ArgumentHelp("Whose it is.", valueName: "login"))
        var owner: String?
        @Option(help: "The node of the organisation that it is of.")
        var branch: String?
        @Option(help: "The line of business.")
        var businessLine: String?
        @Option(help: "The opportunity that it is for.")
        var opportunity: String?
        @Option(help: "Of all amounts.")
        var currency: String?
        @Option(
            name: .customLong("line"), parsing: .singleValue,
            help: ArgumentHelp("What is quoted; may be given again, and all are said together.", valueName: "line"))
        var lines: [String] = []
        @Option(help: ArgumentHelp("By the rate cards of which day it is priced.", valueName: "day"))
        var pricedOn: String?
        @Option(help: ArgumentHelp("The last day on which the customer may agree.", valueName: "day"))
        var validUntil: String?
        @Option(help: ArgumentHelp("After how many days the customer pays.", valueName: "days"))
        var paymentDays: Int?
        @Option(help: ArgumentHelp("Why the customer has refused it; one of the list above.", valueName: "reason"))
        var reason: String?
        @Option(help: ArgumentHelp("Who got it.", valueName: "name"))
        var lostTo: String?
        @Option(help: "More in words.")
        var note: String?
        @Option(help: ArgumentHelp("When it was; now when not given.", valueName: "time"))
        var at: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                TakeQuoteStep(
                    quoteId: quote, step: try ArgumentValue.choice(step, "<step>", QuoteStep.self), revision: revision,
                    customer: customer.map { CustomerCode(code: $0, source: customerSource) }, title: title,
                    owner: owner, branch: branch, businessLine: businessLine, opportunityId: opportunity,
                    currency: try currency.map(ArgumentValue.currency), lines: try lines.map(Self.line),
                    pricedOn: try pricedOn.map { try ArgumentValue.day($0, "--priced-on") },
                    validUntil: try validUntil.map { try ArgumentValue.day($0, "--valid-until") },
                    paymentDays: paymentDays,
                    lossReason: try reason.map { try ArgumentValue.choice($0, "--reason", QuoteLossReason.self) },
                    lostTo: lostTo, note: note, at: try at.map { try ArgumentValue.time($0, "--at") } ?? .now(),
                    by: act.by),
                to: .sales, expecting: [QuoteChanged.type])
        }

        private static func line(_ text: String) throws -> QuoteLine {
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let parts = (halves.first ?? "").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 || parts.count == 5 else {
                throw ValidationError("'\(text)' is not ITEM:QUANTITY:UNIT or ITEM:QUANTITY:UNIT:ORIGIN:DESTINATION")
            }
            func place(_ index: Int) -> String? { parts.count > index && !parts[index].isEmpty ? parts[index] : nil }
            return QuoteLine(
                item: parts[0], origin: place(3), destination: place(4), quantity: parts[1], unit: parts[2],
                agreed: try halves.count == 2 ? ArgumentValue.amount(String(halves[1]), "--line") : nil)
        }
    }
}

extension QuotesCommand {
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take back a quote that waits for signatures.",
            discussion:
                "Who has submitted it may, who has asked for it, and whose it is. It can be priced anew and submitted again."
        )

        @Argument(help: "The quote.")
        var quote: String
        @Option(help: "More in words.")
        var note: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                ChangeQuoteSigning(quoteId: quote, change: .withdraw, note: note, at: .now(), by: act.by), to: .sales,
                expecting: [QuoteChanged.type])
        }
    }

    struct AddSigner: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add-signer",
            abstract: "Have one more person sign a quote, next after those who are asked now.",
            discussion: "Whoever is asked for a signature may.")

        @Argument(help: "The quote.")
        var quote: String
        @Argument(help: "The login of who has to sign, too.")
        var signer: String
        @Option(help: "More in words.")
        var note: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                ChangeQuoteSigning(
                    quoteId: quote, change: .addSigner, signer: signer, note: note, at: .now(), by: act.by), to: .sales,
                expecting: [QuoteChanged.type])
        }
    }
}
