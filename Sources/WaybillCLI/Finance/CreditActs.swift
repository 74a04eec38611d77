import ArgumentParser
import Contracts

struct CreditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit", abstract: "How far customers are trusted: what they owe, up to how much they may.",
        subcommands: [
            ExposureCommand.self, LimitsCommand.self, RiskCommand.self, Limit.self, Override.self, Lift.self,
        ])

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Set up to how much it may owe us.")

        @Argument(help: "The limit's own number.")
        var limit: String
        @OptionGroup var whom: CreditedOptions
        @Option(help: "How much.")
        var amount: String
        @Option(help: "In what currency.")
        var currency = "CNY"
        @Option(help: ArgumentHelp("From when.", valueName: "day"))
        var from: String
        @Option(help: "Why, in words.")
        var reason: String?
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                CreditLimitSet(
                    limitId: limit, customer: whom.code, group: whom.group,
                    amount: try ArgumentValue.amount(amount, "--amount"),
                    currency: try ArgumentValue.currency(currency), from: try ArgumentValue.day(from, "--from"),
                    setBy: book.by, setAt: try book.time(), reason: reason))
        }
    }

    struct Override: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approve that it may owe so much more for some days.",
            discussion: "Tiers: \(ApprovalTier.allCases.map(\.rawValue).joined(separator: ", ")).")

        @Argument(help: "The override's own number.")
        var override: String
        @OptionGroup var whom: CreditedOptions
        @Option(help: "How much more.")
        var amount: String
        @Option(help: "In what currency.")
        var currency = "CNY"
        @Option(help: ArgumentHelp("The first day.", valueName: "day"))
        var from: String
        @Option(
            name: [.customLong("until"), .customLong("to")],
            help: ArgumentHelp("The last day on which it holds.", valueName: "day"))
        var to: String
        @Option(help: "As what; one of the list above.")
        var tier: String
        @Option(help: "Why, in words.")
        var reason: String?
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                CreditOverrideApproved(
                    overrideId: override, customer: whom.code, group: whom.group,
                    amount: try ArgumentValue.amount(amount, "--amount"),
                    currency: try ArgumentValue.currency(currency), from: try ArgumentValue.day(from, "--from"),
                    to: try ArgumentValue.day(to, "--until"), approvedBy: book.by,
                    tier: try ArgumentValue.choice(tier, "--tier", ApprovalTier.self), approvedAt: try book.time(),
                    reason: reason))
        }
    }

    struct Lift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Trust a customer that is held again, until a day.")

        @Argument(help: "The lift's own number.")
        var lift: String
        @Option(help: ArgumentHelp("The code of the customer.", valueName: "code"))
        var customer: String
        @Option(
            name: [.customLong("until"), .customLong("to")],
            help: ArgumentHelp("The last day on which it holds.", valueName: "day"))
        var until: String
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await book.send(
                CreditHoldLifted(
                    liftId: lift, customer: CustomerCode(code: customer),
                    until: try ArgumentValue.day(until, "--until"),
                    by: book.by, at: try book.time(), reason: reason))
        }
    }
}

/// A customer, or a group of them.
struct CreditedOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The code of the customer.", valueName: "code"))
    var customer: String?
    @Option(help: "The group of customers, instead of one.")
    var group: String?

    var code: CustomerCode? { customer.map { CustomerCode(code: $0) } }

    func validate() throws {
        guard (customer == nil) != (group == nil) else { throw ValidationError("give --customer or --group") }
    }
}
