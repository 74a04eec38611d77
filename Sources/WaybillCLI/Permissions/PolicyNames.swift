import Client
import Contracts
import Domain

/// The names in a policy beside those of the organisation that is recorded.
enum PolicyNames {
    /// What of a policy the organisation does not know; nothing while none is recorded.
    ///
    /// - Throws: why the customer service does not tell who there is.
    static func findings(_ policy: PermissionPolicy, on day: CalendarDay) async throws -> [PermissionFinding] {
        let nodes = try await rows(of: PeopleQuestions.organisation, "organisation").compactMap(node)
        let persons = try await rows(of: PeopleQuestions.people, "people").compactMap(person)
        return findings(policy, nodes, persons, on: day)
    }

    /// The same, of what the service has told.
    static func findings(
        _ policy: PermissionPolicy, _ nodes: [NodeRecord], _ persons: [PersonRecord], on day: CalendarDay
    ) -> [PermissionFinding] {
        let book = OrganisationBook(known: nodes, persons)
        return (persons.isEmpty ? [] : policy.strangers(in: book, on: day))
            + (nodes.contains { $0.kind == .branch } ? policy.strangeNodes(in: book, on: day) : [])
    }

    /// All days of all nodes or people, page by page, by the names of the columns.
    private static func rows(of question: QueryDescription, _ name: String) async throws -> [[String: String]] {
        var rows: [[String: String]] = []
        var next: String?
        repeat {
            var values: [(String, String?)] = [("allDays", "true"), ("limit", String(QueryTable.maximumRows))]
            if let cursor = question.cursor { values.append((cursor, next)) }
            guard
                let table = try await Asking.once(.customer, question.name, values).first(where: {
                    $0.name == name
                })
            else { return rows }
            let names = table.columns.map(\.name)
            for row in table.rows {
                var found: [String: String] = [:]
                for (name, value) in zip(names, row.values) { found[name] = value }
                rows.append(found)
            }
            next = table.next
        } while next != nil
        return rows
    }

    /// - Parameter row: a row of the answer, by the names of its columns.
    static func node(_ row: [String: String]) -> NodeRecord? {
        guard let id = row["node"], let kind = row["kind"].flatMap(NodeKind.init(rawValue:)),
            let from = row["valid_from"].flatMap({ CalendarDay($0) })
        else { return nil }
        return NodeRecord(
            id: id, kind: kind, parent: row["parent"], from: from,
            until: row["valid_until"].flatMap { CalendarDay($0) }, englishName: id)
    }

    /// - Parameter row: a row of the answer, by the names of its columns.
    static func person(_ row: [String: String]) -> PersonRecord? {
        guard let login = row["login"], let node = row["node"],
            let from = row["valid_from"].flatMap({ CalendarDay($0) })
        else { return nil }
        return PersonRecord(
            login: login, name: login, node: node, manager: row["manager"], from: from,
            until: row["valid_until"].flatMap { CalendarDay($0) })
    }
}
