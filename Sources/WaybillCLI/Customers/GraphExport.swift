import ArgumentParser
import Client
import Contracts
import Foundation
import Messaging
import PartyGraph

extension GraphCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The whole graph as GraphML, for networkx, Gephi, yEd or igraph.")

        @Option(help: "The file to write.")
        var graphml: String
        @Option(help: "Weights as they are on a day, 2026-05-03, or at a time with its offset.")
        var at: String?

        func run() async throws {
            let client = Asking.client(try CommandEnvironment().person("ask"))
            var export = GraphExport()
            var progress = Progress()
            // Page by page: a million ties are too much for one message.
            for (query, first) in [("graph.nodes", "0"), ("graph.edges", "")] {
                var after = first
                while true {
                    let page = try await Asking.ask(
                        .customer, query, [("after", after), ("at", at)], isExport: true, client: client,
                        timeout: .seconds(30))
                    guard let table = page.first, let last = table.rows.last?.values[0] else { break }
                    query == "graph.nodes" ? export.takeParties(table) : export.takeTies(table)
                    let (parties, ties) = (export.parties.count, export.relations.count)
                    progress.show("\(parties) parties, \(ties) ties")
                    if table.rows.count < QueryTable.maximumRows { break }
                    after = last
                }
            }
            progress.end()
            await client.close()
            guard FileManager.default.createFile(atPath: graphml, contents: nil),
                let file = FileHandle(forWritingAtPath: graphml)
            else { throw Failure("'\(graphml)' cannot be written") }
            try export.write { try file.write(contentsOf: Data($0.utf8)) }
            try file.close()
            say("\(export.parties.count) parties and \(export.relations.count) ties written to \(graphml)")
            if export.parties.isEmpty { throw ExitCode(2) }
        }
    }
}

/// A graph put together of pages.
struct GraphExport {
    private(set) var parties: [String] = []
    private(set) var relations: [Relation] = []
    private var names: [String?] = []
    private var roles: [String?] = []
    private var codes: [String] = []
    private var places: [String: Int] = [:]

    /// Takes a page of parties; one that stands there under several codes becomes one.
    mutating func takeParties(_ page: QueryTable) {
        for row in page.rows.map(\.values) {
            guard let party = row[1] else { continue }
            let code = "\(row[4] ?? "")/\(row[5] ?? "")"
            if let place = places[party] {
                codes[place] += " " + code
            } else {
                places[party] = parties.count
                parties.append(party)
                names.append(row[2])
                roles.append(row[3])
                codes.append(code)
            }
        }
    }

    /// Takes a page of ties.
    mutating func takeTies(_ page: QueryTable) {
        relations += GraphAnswer.relations(page, places)
    }

    func write(to write: (String) throws -> Void) rethrows {
        try GraphML.write(
            RelationGraph(nodes: parties, relations: relations),
            attributes: [
                .init(name: "name", values: names), .init(name: "role", values: roles),
                .init(name: "codes", values: codes),
            ], to: write)
    }
}
