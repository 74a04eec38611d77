import ArgumentParser
import Client
import Contracts

struct PartiesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parties", abstract: "Who is who: one party under many codes, merged, taken apart, explained.",
        discussion: """
            A party is named by its identifier, by one that it had before, by a code, or by source/code.
            """,
        subcommands: [
            Show.self, Search.self, Business.self, Resolve.self, ReviewCommand.self, PreviewMerge.self, Merge.self,
            Unmerge.self,
            Undo.self, History.self,
            Explain.self, Rematch.self,
        ])

    struct Show: QuestionCommand {
        static let asked = AskedQuestion(
            "show", PartyQuestions.show, arguments: ["party"])

        @OptionGroup var asking: AskingOptions
    }

    struct Search: QuestionCommand {
        static let asked = AskedQuestion(
            "search", PartyQuestions.search, arguments: ["text"])

        @OptionGroup var asking: AskingOptions
    }

    struct PreviewMerge: QuestionCommand {
        static let asked = AskedQuestion(
            "preview", PartyQuestions.mergePreview, arguments: ["one", "other"])

        @OptionGroup var asking: AskingOptions
    }

    /// It finds the one party that is meant, and asks four services about it.
    struct Business: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a party's business comes to in all services, under whatever codes it was done.")

        @Argument(help: "The party.")
        var party: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let shown = try await Asking.once(
                .customer, "parties.show", [("party", party)], isExport: output.isExport)
            let parties = shown.first { $0.name == "party" }?.rows.compactMap { $0.values.first ?? nil } ?? []
            guard let found = parties.first, parties.count == 1 else {
                throw Failure(
                    parties.isEmpty
                        ? "there is no party '\(party)': 'waybill parties search' finds them by name"
                        : "'\(party)' is a code of several parties: name it as source/code")
            }
            let (tables, isWhole) = try await Asking.each(
                [.sales, .servicedesk, .finance, .supplier], "parties.business", [("party", found)],
                isExport: output.isExport)
            try output.show(shown.filter { $0.name == "party" } + tables, isWhole: isWhole)
        }
    }

    struct Resolve: QuestionCommand {
        static let asked = AskedQuestion(
            "resolve", PartyQuestions.resolve,
            "The gate is asked who a customer is before it comes in: new, same or probable, with evidence.")

        @OptionGroup var asking: AskingOptions
    }

    struct History: QuestionCommand {
        static let asked = AskedQuestion(
            "history", PartyQuestions.history, arguments: ["party"])

        @OptionGroup var asking: AskingOptions
    }

    struct Explain: QuestionCommand {
        static let asked = AskedQuestion(
            "explain", PartyQuestions.explain, arguments: ["one", "other"])

        @OptionGroup var asking: AskingOptions
    }

    /// It asks for all accounts part by part, and ends with 2 when something would change.
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
                    [("afterSource", after.source), ("afterCode", after.code), ("limit", "500")],
                    isExport: output.isExport)
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
