import ArgumentParser
import Client
import Contracts
import Domain

struct LoadRatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load exchange rates into finance while it runs.",
        discussion: """
            The file is as that of the setting finance.rates: {"rates": [{"currency": "USD", "from": "2026-03-02", "cny":
            "7.0512"}]}. Each rate holds from its day on; of two for one day the later loaded one holds, and loaded ones
            hold above those of the setting. What comes afterwards, and every figure that is asked for, goes by them. It is
            for the director, and for approvers of the authority file.
            """)

    /// How many rates one command takes.
    private static let most = 2_000

    @Argument(help: "The rates, JSON.")
    var file: String
    @OptionGroup var act: ActOptions

    func run() async throws {
        let bytes = try OrderFile.bytes(file)
        let entries: [RateTable.Entry]
        do { entries = try RateTable(json: bytes).entries } catch { throw Failure("\(file): \(error)") }
        for start in stride(from: 0, to: entries.count, by: Self.most) {
            let rates = entries[start..<min(start + Self.most, entries.count)].map { DatedRate($0) }
            // The parts of a long file are commands of their own, each safe to repeat.
            var part = act
            if let id = act.id, start > 0 { part.id = "\(id)-\(start / Self.most + 1)" }
            try await part.send(LoadRates(rates: rates, by: act.by))
        }
    }
}

struct ListRatesCommand: QuestionCommand {
    static let asked = AskedQuestion("list", RateQuestions.list, "Of a day, or with --every all there are.")

    @OptionGroup var asking: AskingOptions
}
