import ArgumentParser
import Client
import Contracts
import Domain

struct ListCardsCommand: QuestionCommand {
    static let asked = AskedQuestion(
        "cards", CardQuestions.list, "The cards that are stored, and which customers are a group.")

    @OptionGroup var asking: AskingOptions
}

struct ShowCardCommand: QuestionCommand {
    static let asked = AskedQuestion("card", CardQuestions.show, arguments: ["card"])

    @OptionGroup var asking: AskingOptions
}

struct AskPriceCommand: QuestionCommand {
    static let asked = AskedQuestion("ask", CardQuestions.price, arguments: ["item"])

    @OptionGroup var asking: AskingOptions
}

struct EndCardRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "Let rules of a stored card end.",
        discussion: "What a rule says is never changed: it ends, and another one begins.")

    @Argument(help: "The card.")
    var card: String
    @Argument(help: "Which rules; all of them when none is given.")
    var rules: [String] = []
    @Option(
        name: [.customLong("until"), .customLong("last-day")],
        help: ArgumentHelp("The last day on which they hold.", valueName: "day"))
    var lastDay: String
    @Option(help: "Why, in words.")
    var reason: String
    @OptionGroup var act: ActOptions

    func run() async throws {
        try await act.send(
            EndCardRules(
                card: card, rules: rules, lastDay: try ArgumentValue.day(lastDay, "--until"), note: reason,
                at: .now(),
                by: act.by),
            to: .sales, expecting: [RateCardChanged.type])
    }
}

struct SetPriceGroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Say which customers are a group, as far as prices go.",
        discussion: "Said are all of them: they take the place of those who were before.")

    @Argument(help: "The group.")
    var group: String
    @Option(
        name: .customLong("customer"), parsing: .singleValue,
        help: ArgumentHelp("One of its customers; may be given again.", valueName: "source/code"))
    var customers: [String] = []
    @OptionGroup var act: ActOptions

    func run() async throws {
        let customers = try customers.map { text in
            guard let sign = text.firstIndex(of: "/"), sign != text.startIndex else {
                throw ValidationError("'\(text)' is not SOURCE/CODE")
            }
            return CustomerCode(code: String(text[text.index(after: sign)...]), source: String(text[..<sign]))
        }
        try await act.send(SetPriceGroup(group: group, customers: customers, at: .now(), by: act.by), to: .sales)
    }
}
