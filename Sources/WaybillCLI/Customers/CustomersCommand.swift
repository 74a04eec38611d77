import ArgumentParser
import Client
import Contracts

struct CustomersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customers", abstract: "Customers, whatever codes they have.",
        subcommands: [
            Show.self, List.self, OverviewCommand.self, ClassesCommand.self, ClassifyCommand.self,
            LifecycleCommand.self,
            DriversCommand.self, StrategicCommand.self, CorrectCommand.self,
        ])

    struct Show: QuestionCommand {
        static let asked = AskedQuestion(
            "show", CustomerQuestions.show, "The customer is named by its identifier, or by one of its codes.",
            arguments: ["code"], alike: ["id": "code"])

        @OptionGroup var asking: AskingOptions
    }

    struct List: QuestionCommand {
        static let asked = AskedQuestion(
            "list", CustomerQuestions.list)

        @OptionGroup var asking: AskingOptions
    }
}

/// It asks all services the same, and shows what those tell that answer.
struct SummaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "What all five services have to say of the whole.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (tables, isWhole) = try await Asking.each(
            [.finance, .customer, .sales, .servicedesk, .supplier], "summary", isExport: output.isExport)
        try output.show(tables, isWhole: isWhole)
    }
}
