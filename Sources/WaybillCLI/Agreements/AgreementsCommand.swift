import ArgumentParser
import Contracts
import Domain

struct AgreementsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreements",
        abstract: "Commercial contracts with customers: what holds, what ends, what is renewed.",
        subcommands: [Record.self, List.self])

    struct Record: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is agreed with a customer, or what is agreed instead.",
            discussion: """
                The kinds: \(AgreementKind.allCases.map(\.rawValue).joined(separator: ", ")).
                Each change has a higher revision and says everything anew; what is not given is not agreed.
                """)

        @Argument(help: "The agreement's own number.")
        var agreement: String
        @Option(help: "Counts what was said of it from 1; a higher one replaces a lower one.")
        var revision: Int
        @Option(help: ArgumentHelp("The code of the customer.", valueName: "code"))
        var customer: String
        @Option(help: "What it is about; one of the list above.")
        var kind: String
        @Option(help: "What it is called.")
        var title: String
        @Option(help: ArgumentHelp("The first day on which it holds.", valueName: "day"))
        var from: String
        @Option(help: ArgumentHelp("The last day on which it holds; without it it has no end.", valueName: "day"))
        var until: String?
        @Flag(help: "It goes on year by year unless notice is given.")
        var renews = false
        @Option(help: ArgumentHelp("How many days before its end something has to be done (60).", valueName: "days"))
        var noticeDays: Int?
        @Option(help: "The line of business, when it is for one only.")
        var line: String?
        @Option(help: ArgumentHelp("What it should bring in a year, without tax.", valueName: "amount"))
        var yearly: String?
        @Option(help: "The currency of the amount.")
        var currency: String?
        @Option(help: ArgumentHelp("The first day on which it holds no more, ended before its time.", valueName: "day"))
        var endedOn: String?
        @OptionGroup var book: BookOptions

        func run() async throws {
            let amount = try yearly.map { try ArgumentValue.amount($0, "--yearly") }
            guard let from = try Self.day(from, "--from") else { return }
            try await book.send(
                AgreementRecorded(
                    AgreementTerms(
                        agreementId: agreement, revision: revision,
                        kind: try ArgumentValue.choice(kind, "--kind", AgreementKind.self), title: title,
                        validFrom: from, validUntil: try Self.day(until, "--until"), renews: renews ? true : nil,
                        noticeDays: noticeDays, businessLine: line, yearlyAmount: amount,
                        currency: try currency.map(ArgumentValue.currency), endedOn: try Self.day(endedOn, "--ended-on")
                    ),
                    customer: CustomerCode(code: customer), by: book.by),
                to: .sales)
        }

        private static func day(_ text: String?, _ option: String) throws -> CalendarDay? {
            try text.map { try ArgumentValue.day($0, option) }
        }
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", SalesQuestions.agreements)

        @OptionGroup var asking: AskingOptions
    }
}
