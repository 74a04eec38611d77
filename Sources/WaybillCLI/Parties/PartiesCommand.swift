import ArgumentParser
import Contracts

struct PartiesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parties", abstract: "Who is who: one party under many codes, merged, taken apart, explained.",
        discussion: """
            A party is named by its identifier, by one that it had before, by a code, or by source/code.
            """,
        subcommands: [
            Show.self, Search.self, Business.self, Resolve.self, ReviewCommand.self, Merge.self, Unmerge.self,
            Undo.self, History.self,
            Explain.self, Rematch.self,
        ])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One party: its golden record, each value with its source, its accounts and open reviews.")

        @Argument(help: "The party.")
        var party: String
        @Option(help: "The source that gave the code.")
        var source: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "parties.show", [("party", party), ("source", source)])
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Parties of which anything that was ever said holds a text: names, codes, telephones, addresses.")

        @Argument(help: "The text.")
        var text: String
        @Option(help: "How many at most.")
        var limit = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "parties.search", [("text", text), ("limit", String(limit))])
        }
    }

    struct Business: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a party's business comes to in all services, under whatever codes it was done.")

        @Argument(help: "The party.")
        var party: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let shown = try await Asking.once(.customer, "parties.show", [("party", party)])
            let parties = shown.first { $0.name == "party" }?.rows.compactMap { $0.values.first ?? nil } ?? []
            guard let found = parties.first, parties.count == 1 else {
                throw Failure(
                    parties.isEmpty
                        ? "there is no party '\(party)': 'waybill parties search' finds them by name"
                        : "'\(party)' is a code of several parties: name it as source/code")
            }
            let tables = try await Asking.each(
                [.sales, .servicedesk, .finance, .supplier], "parties.business", [("party", found)])
            try output.show(shown.filter { $0.name == "party" } + tables)
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the gate who a customer is before it comes in: new, same or probable, with evidence.")

        @Option(help: "Its name.")
        var name: String?
        @Option(help: "Its unified social credit code.")
        var creditCode: String?
        @Option(help: "Its tax number.")
        var taxId: String?
        @Option(help: "A telephone number.")
        var phone: String?
        @Option(help: "Its address.")
        var address: String?
        @Option(help: "A bank account.")
        var bankAccount: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .customer, "parties.resolve",
                [
                    ("name", name), ("creditCode", creditCode), ("taxId", taxId), ("phone", phone),
                    ("address", address), ("bankAccount", bankAccount),
                ])
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What was decided about a party, and to whom its accounts belonged, the newest first.")

        @Argument(help: "The party.")
        var party: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "parties.history", [("party", party)])
        }
    }

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Why two accounts are, or are not, one party: field by field, and what holds the party together.")

        @Argument(help: "One of them.")
        var one: String
        @Argument(help: "The other.")
        var other: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "parties.explain", [("one", one), ("other", other)])
        }
    }

    struct Rematch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the rules of today over all accounts and show what would change; nothing is changed.",
            discussion: "Exit code 0 when nothing would change, 2 when something would.")

        @Flag(help: "Only show. Required: the rules themselves act on what comes in.")
        var dryRun = false
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard dryRun else { throw ValidationError("say --dry-run: this command changes nothing") }
        }

        func run() async throws {
            var changes: [[String?]] = []
            var columns: [QueryColumn] = ["source", "code", "name", "party", "would be"].map { QueryColumn($0) }
            var examined = 0
            var after: (source: String?, code: String?) = (nil, nil)
            while true {
                let tables = try await Asking.once(
                    .customer, "parties.rematch",
                    [("afterSource", after.source), ("afterCode", after.code), ("limit", "500")])
                guard let page = tables.first(where: { $0.name == "page" })?.rows.first?.values, page.count == 3 else {
                    break
                }
                examined += page[0].flatMap { Int($0) } ?? 0
                after = (page[1], page[2])
                if let found = tables.first(where: { $0.name == "changes" }) {
                    columns = found.columns
                    changes += found.rows.map(\.values)
                }
            }
            let summary = QueryTable(
                "rematch", [QueryColumn("examined", .integer), QueryColumn("would change", .integer)],
                rows: [[String(examined), String(changes.count)]])
            try output.show([summary, QueryTable("changes", columns, rows: changes)])
            if !changes.isEmpty { throw ExitCode(2) }
        }
    }
}
