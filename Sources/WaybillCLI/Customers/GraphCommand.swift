import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging
import PartyGraph

struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "What ties customers, their owners, payers, consignees and suppliers.",
        subcommands: [Show.self, Group.self, Hubs.self, Leads.self, Export.self, Picture.self])

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", GraphQuestions.show, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct Group: QuestionCommand {
        static let asked = AskedQuestion("group", GraphQuestions.group, arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    struct Hubs: QuestionCommand {
        static let asked = AskedQuestion(
            "hubs", GraphQuestions.hubs, "Who matters most in the whole graph, by PageRank; worked out once a day.")

        @OptionGroup var asking: AskingOptions
    }

    struct Leads: QuestionCommand {
        static let asked = AskedQuestion(
            "leads", GraphQuestions.leads, "Who is two ties away, the likeliest first (Adamic–Adar).",
            arguments: ["customer"])

        @OptionGroup var asking: AskingOptions
    }

    /// It asks, and draws what it is told.
    struct Picture: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A picture of a party and what lies around it, with a table beside it.")

        @Argument(help: "The party's identifier, or one of its codes.")
        var customer: String
        @Option(help: "The source that gave the code.")
        var source: String?
        @Option(help: "As it was on a day, 2026-05-03, or at a time with its offset.")
        var at: String?
        @Option(help: "The file to write.")
        var svg: String
        @Option(help: "How many ties away, 1 or 2.")
        var hops = 2

        func run() async throws {
            let tables = try await Asking.once(
                .customer, GraphQuestions.show.name,
                [("customer", customer), ("source", source), ("at", at), ("hops", String(hops)), ("fanout", "40")],
                isExport: true)
            let picture = try EgoPicture(answer: tables)
            try Data(picture.svg().utf8).write(to: URL(fileURLWithPath: svg))
            say("written to \(svg)")
        }
    }
}

extension EgoPicture {
    /// The picture of an answer to `graph.show`.
    init(answer tables: [QueryTable]) throws {
        guard let parties = tables.first(where: { $0.name == "parties" }), let first = parties.rows.first?.values,
            let ties = tables.first(where: { $0.name == "ties" })
        else { throw Failure("the answer has no parties") }
        let graph = GraphAnswer.graph(parties: parties.rows.map { $0.values[1] ?? "" }, ties: ties)
        let omitted = tables.first { $0.name == "left out" }?.rows.first?.values[0].flatMap { Int($0) } ?? 0
        self.init(
            title: "\(first[2] ?? first[1] ?? "") and what lies around it", graph: graph,
            parties: parties.rows.map(\.values).map { row in
                Party(label: row[2] ?? row[4] ?? row[1] ?? "", group: row[3] ?? "", standing: row[5] ?? "")
            }, neighbourhood: graph.neighbourhood(of: 0, hops: 2, fanOut: .max), others: omitted)
    }
}

/// Graphs out of answers.
enum GraphAnswer {
    /// The graph of some parties and a table of ties that names `from`, `to`, `kind` and so on.
    static func graph(parties: [String], ties: QueryTable) -> RelationGraph {
        let places = Dictionary(parties.enumerated().map { ($1, $0) }) { first, _ in first }
        return RelationGraph(nodes: parties, relations: relations(ties, places))
    }

    /// The ties whose two parties are known.
    static func relations(_ ties: QueryTable, _ places: [String: Int]) -> [Relation] {
        let columns = Dictionary(ties.columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
        func value(_ row: QueryRow, _ name: String) -> String? { columns[name].flatMap { row.values[$0] } }
        func day(_ text: String?) -> Int32? { text.flatMap { CalendarDay($0)?.daysSinceEpoch } }
        return ties.rows.compactMap { row in
            guard let from = value(row, "from").flatMap({ places[$0] }),
                let to = value(row, "to").flatMap({ places[$0] }),
                let kind = value(row, "kind").flatMap({ RelationKind(rawValue: $0) })
            else { return nil }
            return Relation(
                from: from, to: to, kind: kind, weight: value(row, "weight").flatMap { Double($0) } ?? 1,
                share: value(row, "share").flatMap { Double($0) }, since: day(value(row, "since")),
                until: day(value(row, "until")))
        }
    }
}
