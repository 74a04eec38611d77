import ArgumentParser
import Contracts

struct CorrectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct",
        abstract: "Correct a field of a customer's golden record, or withdraw what was corrected.",
        discussion: """
            What is corrected stands above what the systems say, also above what they say later, until it is withdrawn;
            'waybill parties show' has it beside their words. It joins and parts nobody: that is 'waybill parties merge'.
            """)

    @Argument(help: "The customer: its identifier, one it had before, a code, or source/code.")
    var customer: String
    @Argument(
        help: "The field: \(GoldenField.allCases.map(\.rawValue).joined(separator: ", ")).")
    var field: String
    @Argument(help: "What it is; left out with --withdraw.")
    var value: String?
    @Flag(help: "What was corrected counts no more: the field is what the systems say.")
    var withdraw = false
    @Option(help: "Why, in words.")
    var reason: String
    @OptionGroup var act: ActOptions

    func validate() throws {
        guard (value == nil) == withdraw else {
            throw ValidationError(
                withdraw ? "--withdraw takes no value" : "say what the field is, or --withdraw what was corrected")
        }
    }

    func run() async throws {
        let field = try ArgumentValue.choice(field, "the field", GoldenField.self)
        let found = try await PartyNames.resolve([customer], at: "$.customerId", act)
        guard let party = found.first?.party else { return }
        try await act.send(
            CorrectCustomer(customerId: party, field: field, value: value, reason: reason, by: act.by), to: .customer,
            expecting: [CustomerChanged.type])
    }
}
