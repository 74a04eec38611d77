import Contracts
import Domain
import Importing

/// What a file of people says, node by node and person by person: each with all its lines.
struct PeoplePlan {
    /// A node or person with the lines of its periods, in their order.
    struct Entry<Life> {
        let life: Life
        let lines: [Int]
    }

    let nodes: [Entry<NodeLife>]
    let persons: [Entry<PersonLife>]

    init(_ file: PeopleFile) {
        nodes = Self.entries(file.nodes, file.nodeLines, by: \.id, from: \.from) { NodeLife(node: $0, records: $1) }
        persons = Self.entries(file.persons, file.personLines, by: \.login, from: \.from) {
            PersonLife(login: $0, records: $1)
        }
    }

    /// Records by what they are of, in the order of the file; those of one by their days.
    private static func entries<Record, Life>(
        _ records: [Record], _ lines: [Int], by key: (Record) -> String, from: (Record) -> CalendarDay,
        _ life: (String, [Record]) -> Life
    ) -> [Entry<Life>] {
        var places: [String: [Int]] = [:]
        var keys: [String] = []
        for (place, record) in records.enumerated() {
            if places[key(record)] == nil { keys.append(key(record)) }
            places[key(record), default: []].append(place)
        }
        return keys.map { key in
            let own = (places[key] ?? []).sorted { (from(records[$0]), $0) < (from(records[$1]), $1) }
            return Entry(life: life(key, own.map { records[$0] }), lines: own.map { lines[$0] })
        }
    }

    /// The most characters of a line of a question.
    private static let most = 30_000

    /// What is asked of all of it: messages that together are the one that would be sent.
    func questions(at time: Timestamp) -> [String] {
        var lines: [String] = []
        var (some, people, size): ([RecordedNode], [RecordedPerson], Int) = ([], [], 0)
        func finish() {
            guard !some.isEmpty || !people.isEmpty else { return }
            let body = OrganisationRecorded(nodes: some, persons: people, recordedAt: time)
            lines.append(String(decoding: body.encode(), as: UTF8.self))
            (some, people, size) = ([], [], 0)
        }
        func count(_ part: some Part) {
            let bytes = part.encode().count
            if size + bytes > Self.most { finish() }
            size += bytes
        }
        for entry in nodes {
            count(entry.life)
            some.append(RecordedNode(entry.life))
        }
        // The places of persons are counted apart from those of nodes, over all of the messages.
        for entry in persons {
            count(entry.life)
            people.append(RecordedPerson(entry.life))
        }
        finish()
        return lines
    }

    /// What is known of a node or person of the file, and what would become of it.
    struct Answer: Equatable {
        enum Subject: String {
            case node, person
        }

        let subject: Subject
        let key: String
        let outcome: ImportQuestions.Outcome
        let reason: String?
        let path: String
        let detail: String?
        let revision: Int?
        /// The first days of the periods that are other than they are known.
        let other: [String]
        /// The first days of periods that are known and do not stand in the file.
        let gone: [String]

        /// - Parameter row: a row of the answer, by the names of its columns.
        init?(_ row: [String: String]) {
            guard let subject = row["subject"].flatMap(Subject.init(rawValue:)), let key = row["key"],
                let outcome = row["outcome"].flatMap(ImportQuestions.Outcome.init(rawValue:))
            else { return nil }
            (self.subject, self.key, self.outcome) = (subject, key, outcome)
            (reason, path, detail) = (row["reason"], row["path"] ?? "", row["detail"])
            revision = row["revision"].flatMap { Int($0) }
            other = row["other_from"]?.split(separator: " ").map(String.init) ?? []
            gone = row["gone_from"]?.split(separator: " ").map(String.init) ?? []
        }
    }

    /// What would become of one line.
    struct Line: Equatable {
        /// None for what is known and does not stand in the file.
        let line: Int?
        let subject: String
        let key: String
        let outcome: ImportQuestions.Outcome
        var reason: String?
        var column: String?
        var detail: String?

        var values: [String?] {
            [line.map { String($0) }, subject, key, outcome.rawValue, reason, column, detail]
        }
    }

    /// What would become of each line.
    ///
    /// - Parameters:
    ///   - answers: what would become of each node and person.
    ///   - file: the file, for the headings of its columns.
    func lines(_ answers: [Answer], _ file: PeopleFile) -> [Line] {
        let nodeEntries = Dictionary(nodes.map { ($0.life.node, ($0.lines, $0.life.periods.map(\.from))) }) { $1 }
        let personEntries = Dictionary(persons.map { ($0.life.login, ($0.lines, $0.life.periods.map(\.from))) }) { $1 }
        return answers.flatMap { answer -> [Line] in
            let entry = (answer.subject == .node ? nodeEntries : personEntries)[answer.key]
            guard let (lines, days) = entry else { return [] }
            func line(_ place: Int?, _ outcome: ImportQuestions.Outcome, _ detail: String? = nil) -> Line {
                Line(
                    line: place.map { lines[$0] }, subject: answer.subject.rawValue, key: answer.key, outcome: outcome,
                    detail: detail)
            }
            switch answer.outcome {
            case .refused:
                let place = Self.place("periods", in: answer.path).flatMap { lines.indices.contains($0) ? $0 : nil }
                var refused = line(place ?? 0, .refused, answer.detail)
                refused.reason = answer.reason
                refused.column = answer.path.split(separator: ".").last.map { last in
                    last.hasSuffix("]") || last == "periods" ? "" : file.heading(of: String(last))
                }
                return [refused]
            case .changed:
                return days.indices.map { place in
                    line(place, answer.other.contains(days[place].description) ? .changed : .same)
                }
                    + answer.gone.map {
                        line(nil, .changed, "from \($0) something is known that is not in the file: it goes")
                    }
            case .new, .same, .joins, .probable: return days.indices.map { line($0, answer.outcome) }
            }
        }
    }

    /// The number behind a name in a path.
    private static func place(_ name: String, in path: String) -> Int? {
        guard let start = path.firstRange(of: "\(name)[") else { return nil }
        return Int(path[start.upperBound...].prefix { $0 != "]" })
    }

    /// The one message that takes over what is new or changed; `nil` when nothing is.
    func message(
        _ answers: [Answer], at time: Timestamp, reason: String?, by person: String
    ) -> OrganisationRecorded? {
        var wanted: [String: Int] = [:]
        for answer in answers where answer.outcome == .new || answer.outcome == .changed {
            wanted["\(answer.subject.rawValue) \(answer.key)"] = answer.revision ?? 0
        }
        let some = nodes.compactMap { entry in
            wanted["node \(entry.life.node)"].map { RecordedNode(entry.life, expected: $0) }
        }
        let people = persons.compactMap { entry in
            wanted["person \(entry.life.login)"].map { RecordedPerson(entry.life, expected: $0) }
        }
        guard !some.isEmpty || !people.isEmpty else { return nil }
        return OrganisationRecorded(nodes: some, persons: people, recordedAt: time, reason: reason, by: person)
    }
}
