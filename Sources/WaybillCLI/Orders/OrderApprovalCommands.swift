import ArgumentParser
import Contracts

extension OrdersCommand {
    struct Waiting: QuestionCommand {
        static let asked = AskedQuestion("waiting", AcceptanceQuestions.waiting)

        @OptionGroup var asking: AskingOptions
    }

    /// Which order is decided, by whom and why.
    struct OrderChoice: ParsableArguments {
        @Argument(help: "The order.")
        var order: String
        @Option(help: "The system whose number it is.")
        var source: String
        @Option(help: "As which revision it was seen: when it is another one meanwhile, nothing is done.")
        var revision: Int?
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func send(_ verdict: OrderVerdict) async throws {
            try await act.send(
                DecideOrder(
                    source: source, orderId: order, revision: revision, verdict: verdict, reason: reason, by: act.by),
                expecting: [OrderDecided.type])
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an order through that waits for approval.",
            discussion: """
                It is decided again at once, and whoever waits for the decision is told. It is for the manager of the
                order's branch, or the director, each up to an amount.
                """)

        @OptionGroup var choice: OrderChoice

        func run() async throws { try await choice.send(.approve) }
    }

    struct Refuse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn an order down that waits for approval.",
            discussion: "It is for the manager of the order's branch, or the director.")

        @OptionGroup var choice: OrderChoice

        func run() async throws { try await choice.send(.refuse) }
    }
}
