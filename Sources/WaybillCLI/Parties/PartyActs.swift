import ArgumentParser
import Client
import Contracts
import Foundation

extension PartiesCommand {
    struct Merge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that parties are one.",
            discussion: """
                The oldest keeps its identifier; the others' identifiers and codes stay good for it, for ever. Nothing is
                deleted: 'parties unmerge' or 'parties undo' takes it back, with what came meanwhile.
                """)

        @Argument(help: "The parties, two or more.")
        var parties: [String]
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            let found = try await PartyNames.resolve(parties, act)
            try await act.send(
                MergeParties(
                    parties: found.map(\.party), expected: found.map { $0.revision }, reason: reason, by: act.by),
                to: .customer, expecting: [IdentityDecided.type])
        }
    }

    struct Unmerge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take parties out of the one that they were merged into, by a person or by the rules.",
            discussion: """
                What came with them leaves with them; several leave together. The rules do not join them again.
                """)

        @Argument(help: "The codes or former identifiers that shall leave.")
        var parties: [String]
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            let found = try await PartyNames.resolve(parties, act)
            try await act.send(
                UnmergeParties(
                    parties: found.map(\.party), expected: found.map { $0.revision }, reason: reason, by: act.by),
                to: .customer, expecting: [IdentityDecided.type])
        }
    }

    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a decision back, as if it had never been taken.")

        @Argument(help: "The decision's identifier, as 'parties history' shows it.")
        var decision: String
        @Option(help: "Why, in words.")
        var reason: String
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                UndoDecision(decisionId: decision, reason: reason, by: act.by), to: .customer,
                expecting: [IdentityDecided.type])
        }
    }

    struct ReviewCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "review", abstract: "What no rule may decide: pairs that may be one party.",
            subcommands: [List.self, Show.self, Decide.self, Undo.self])

        struct List: QuestionCommand {
            static let asked = AskedQuestion("list", PartyQuestions.reviews)

            @OptionGroup var asking: AskingOptions
        }

        struct Show: QuestionCommand {
            static let asked = AskedQuestion("show", PartyQuestions.review, arguments: ["review"])

            @OptionGroup var asking: AskingOptions
        }

        struct Decide: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Say whether the two of a review are one party: same, different or later.")

            @Argument(help: "The review, as 'review list' shows it.")
            var review: String
            @Argument(help: "same, different or later.")
            var verdict: String
            @Option(help: "Why, in words.")
            var note: String?
            @OptionGroup var act: ActOptions

            func run() async throws {
                try await act.send(
                    DecideReview(
                        reviewId: review,
                        verdict: try ArgumentValue.choice(verdict, "the verdict", ReviewVerdict.self), note: note,
                        by: act.by), to: .customer, expecting: [IdentityDecided.type])
            }
        }

        struct Undo: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Take back what was last decided of a review.")

            @Argument(help: "The review.")
            var review: String
            @Option(help: "Why, in words.")
            var reason = "decided wrongly"
            @OptionGroup var act: ActOptions

            func run() async throws {
                let tables = try await Asking.once(.customer, "reviews.show", [("review", review)])
                let decisions = tables.first { $0.name == "decisions" }
                let names = decisions?.columns.map(\.name) ?? []
                guard let id = names.firstIndex(of: "decision_id"), let undone = names.firstIndex(of: "undone_by"),
                    let decision = decisions?.rows.first(where: { $0.values[undone] == nil })?.values[id]
                else {
                    throw act.refused(
                        Refusal(
                            .notFound, path: "$.reviewId",
                            "nothing was decided of review '\(review)' that still counts"))
                }
                try await act.send(
                    UndoDecision(decisionId: decision, reason: reason, by: act.by), to: .customer,
                    expecting: [IdentityDecided.type])
            }
        }
    }
}

/// Finds parties by whatever people call them.
enum PartyNames {
    /// The identifier of a customer that was typed, or of the one that a code means. An identifier is taken as it is: nobody
    /// needs to be asked for it.
    static func identifier(
        of typed: String, at path: String = "$.customerId", _ act: ActOptions
    ) async throws -> String {
        if isIdentifier(typed) { return typed }
        return try await resolve([typed], at: path, act).first?.party ?? typed
    }

    /// Whether a text has the form of the customers' identifiers.
    static func isIdentifier(_ typed: String) -> Bool { UUID(uuidString: typed) != nil }

    /// The identifiers that names stand for, each with the revision in which it was seen.
    ///
    /// - Parameter path: the field of the command that names them.
    static func resolve(
        _ names: [String], at path: String = "$.parties", _ act: ActOptions
    ) async throws -> [(party: String, revision: PartyRevision)] {
        var found: [(party: String, revision: PartyRevision)] = []
        for name in names {
            let tables = try await Asking.once(.customer, "parties.name", [("party", name)])
            let rows = tables.first?.rows.map(\.values) ?? []
            guard let row = rows.first, row.count == 3, let party = row[0], let revision = row[1].flatMap({ Int($0) })
            else {
                throw act.refused(
                    Refusal(
                        .notFound, path: path,
                        "there is no party '\(name)': 'waybill parties search' finds them by name"))
            }
            guard rows.count == 1 else {
                let sources = rows.compactMap { $0[2] }.joined(separator: ", ")
                throw act.refused(
                    Refusal(
                        .valueNotAllowed, path: path,
                        "'\(name)' is a code of several sources: say which, as one of \(sources)"))
            }
            found.append((party, PartyRevision(customerId: party, revision: revision)))
        }
        return found
    }
}
