import Contracts
import Domain
import Postgres

/// The SQL by which is found whose the things are that a batch of acts is about.
enum ActSubjectStore {
    /// The homes of things, by their names; a name of which nothing is known is left out.
    ///
    /// However many acts a batch has, and of however many kinds their subjects are, it is one statement.
    static func homes(
        of names: Set<ActSubjectName>, by subjects: ActSubjects, _ transaction: borrowing Transaction
    ) throws -> [ActSubjectName: [ActHome]] {
        let statements = names.isEmpty ? [:] : subjects.statements()
        var statement: SQL?
        let grouped = Dictionary(grouping: names, by: \.subject)
        for subject in ActSubject.allCases {
            guard let names = grouped[subject], let found = statements[subject] else { continue }
            let part: SQL = """
                select \(subject.rawValue)::text as subject, f.* from (
                    with named as (
                        select * from unnest(\(names.map(\.source)), \(names.map(\.identifier)))
                            as n(source, identifier)
                    )
                    \(found)
                ) as f(source, identifier, owner, branch, day, line)
                """
            statement = statement.map { "\($0) union all \(part)" } ?? part
        }
        guard let statement else { return [:] }
        var homes: [ActSubjectName: [ActHome]] = [:]
        for row in try transaction.query("select * from (\(statement)) as found", as: Row.self) {
            homes[row.name, default: []].append(row.home)
        }
        return homes
    }

    /// A home as it is found.
    private struct Row: PostgresRow {
        let name: ActSubjectName
        let home: ActHome

        init(row: inout RowReader) throws(PostgresError) {
            let subject: String = try row("subject")
            name = ActSubjectName(
                ActSubject(rawValue: subject) ?? .group, source: try row("source"), try row("identifier"))
            home = ActHome(
                owner: try row("owner"), branch: try row("branch"), day: try row("day"), line: try row("line"))
        }
    }
}
