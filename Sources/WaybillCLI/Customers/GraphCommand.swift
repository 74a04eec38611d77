import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import PartyGraph
import ServiceKit

/// Which party a question is about.
struct PartyOptions: ParsableArguments {
    @Argument(help: "The party's identifier, or one of its codes.")
    var customer: String
    @Option(help: "The source that gave the code.")
    var source: String?
    @Option(help: "As it was on a day, 2026-05-03, or at a time with its offset.")
    var at: String?

    var values: [(String, String?)] { [("customer", customer), ("source", source), ("at", at)] }
}

struct GraphCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "What ties customers, their owners, payers, consignees and suppliers.",
        subcommands: [Show.self, Group.self, Hubs.self, Leads.self, Export.self, Picture.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What lies around a party.")

        @OptionGroup var party: PartyOptions
        @Option(help: "How many ties away, 1 or 2.")
        var hops = 1
        @Option(help: "How many ties of one party are followed, the strongest first.")
        var fanout = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .customer, "graph.show", party.values + [("hops", String(hops)), ("fanout", String(fanout))])
        }
    }

    struct Group: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The group that a party belongs to: members, revenue, margin, receivables, exposure.")

        @OptionGroup var party: PartyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "graph.group", party.values)
        }
    }

    struct Hubs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who matters most in the whole graph, by PageRank; worked out once a day.")

        @Option(help: "How many at most.")
        var limit = 20
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "graph.hubs", [("limit", String(limit))])
        }
    }

    struct Leads: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who is two ties away and not tied yet, the likeliest first (Adamic–Adar).")

        @OptionGroup var party: PartyOptions
        @Option(help: "How many at most.")
        var limit = 20
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "graph.leads", party.values + [("limit", String(limit))])
        }
    }

    struct Picture: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A picture of a party and what lies around it, with a table beside it.")

        @OptionGroup var party: PartyOptions
        @Option(help: "The file to write.")
        var svg: String
        @Option(help: "How many ties away, 1 or 2.")
        var hops = 2

        func run() async throws {
            let tables = try await Asking.once(
                .customer, "graph.show", party.values + [("hops", String(hops)), ("fanout", "40")])
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
