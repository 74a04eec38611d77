/// An organisation and its people as facts with dates: who belonged where, and under whom, on any day.
///
/// It is built of records that agree with each other, and of no others. Nobody is in it twice on one day, every node but a
/// group has one above it on each of its days, every person a node; so that each question has one answer.
public struct OrganisationBook: Sendable {
    let nodeLives: DatedLives<NodeRecord>
    let personLives: DatedLives<PersonRecord>
    /// The places of the records of what is, on some days, below a node.
    private let below: [String: [Int]]
    /// The places of the records of who is, on some days, in a node.
    private let members: [String: [Int]]
    /// The places of the records of whom a person manages on some days.
    private let managed: [String: [Int]]

    /// A book of records, in any order.
    ///
    /// - Throws: ``OrganisationRefusal`` with everything that is wrong with them.
    public init(nodes: [NodeRecord], persons: [PersonRecord]) throws(OrganisationRefusal) {
        nodeLives = DatedLives(nodes)
        personLives = DatedLives(persons)
        let faults = OrganisationChecks.faults(nodeLives, personLives)
        guard faults.isEmpty else { throw OrganisationRefusal(faults: faults) }
        below = Self.places(nodes, by: \.parent)
        members = Self.places(persons) { $0.node }
        managed = Self.places(persons, by: \.manager)
    }

    /// A book of records that were judged elsewhere and come one by one, in any order: what one of them stands on may not be
    /// there yet. Of each node and person the records agree with each other.
    package init(known nodes: [NodeRecord], _ persons: [PersonRecord]) {
        nodeLives = DatedLives(nodes)
        personLives = DatedLives(persons)
        below = Self.places(nodes, by: \.parent)
        members = Self.places(persons) { $0.node }
        managed = Self.places(persons, by: \.manager)
    }

    // MARK: Where

    /// A node as it was on a day; `nil` when it was not there.
    public func node(_ id: String, on day: CalendarDay) -> NodeRecord? { nodeLives.record(of: id, on: day) }

    /// Whether a node is there on a day, or will be.
    func has(node id: String, from day: CalendarDay) -> Bool {
        (nodeLives.places[id] ?? []).contains { nodeLives.records[$0].until.map { day <= $0 } ?? true }
    }

    /// A person as employed on a day; `nil` when not there.
    public func person(_ login: String, on day: CalendarDay) -> PersonRecord? {
        personLives.record(of: login, on: day)
    }

    /// A person as employed on a day, or, when not there any more, as at the end: what was theirs is where they were.
    package func lastKnown(_ login: String, by day: CalendarDay) -> PersonRecord? {
        personLives.places[login]?.last { personLives.records[$0].from <= day }.map { personLives.records[$0] }
    }

    /// The last day of who was there and is not any more; `nil` for who is there, who only comes later, and who was never
    /// recorded.
    package func lastDay(ofLeaver login: String, by day: CalendarDay) -> CalendarDay? {
        guard person(login, on: day) == nil else { return nil }
        return lastKnown(login, by: day)?.until
    }

    /// A node and those above it on a day, up to the group; none when it was not there.
    public func path(from node: String, on day: CalendarDay) -> [NodeRecord] {
        var path: [NodeRecord] = []
        var passed: Set<String> = []
        var next: String? = node
        // Of what comes one by one, the half may be a circle.
        while let id = next, passed.insert(id).inserted, let record = self.node(id, on: day) {
            path.append(record)
            next = record.parent
        }
        return path
    }

    /// Of a kind, what a node was or belonged to on a day: the nearest. So is told of a team to which branch it belonged,
    /// and of a branch to which division.
    public func unit(_ kind: NodeKind, ofNode id: String, on day: CalendarDay) -> NodeRecord? {
        path(from: id, on: day).first { $0.kind == kind }
    }

    /// Of a kind, what a person belonged to on a day: the nearest. `nil` for who was not there, and for who belonged to none,
    /// as somebody of headquarters to no branch.
    public func unit(_ kind: NodeKind, ofPerson login: String, on day: CalendarDay) -> NodeRecord? {
        person(login, on: day).flatMap { unit(kind, ofNode: $0.node, on: day) }
    }

    /// Everything below a node on a day, each node before what is below it, neighbours by their codes.
    public func nodes(below id: String, on day: CalendarDay) -> [NodeRecord] {
        var found: [NodeRecord] = []
        var passed: Set<String> = [id]
        var waiting = Array(children(of: id, on: day).reversed())
        while let next = waiting.popLast() {
            guard passed.insert(next.id).inserted else { continue }
            found.append(next)
            waiting += children(of: next.id, on: day).reversed()
        }
        return found
    }

    /// The groups of a day, by their codes.
    public func groups(on day: CalendarDay) -> [NodeRecord] {
        nodeLives.records.indices.filter { nodeLives.records[$0].parent == nil && nodeLives.holds($0, on: day) }
            .map { nodeLives.records[$0] }.sorted { $0.id.compareBytes(with: $1.id) < 0 }
    }

    // MARK: Who

    /// The manager of a person on a day; `nil` for who has none, or was not there.
    public func manager(of login: String, on day: CalendarDay) -> PersonRecord? {
        person(login, on: day)?.manager.flatMap { person($0, on: day) }
    }

    /// Whom a person managed on a day, directly, by their logins.
    public func managed(by login: String, on day: CalendarDay) -> [PersonRecord] { people(managed[login], day) }

    /// Who was in a node on a day, and in none below it, by their logins.
    public func members(of node: String, on day: CalendarDay) -> [PersonRecord] { people(members[node], day) }

    /// The records of who is in a node on some day.
    func memberRecords(of node: String) -> [PersonRecord] { (members[node] ?? []).map { personLives.records[$0] } }

    /// The records of a person, the earliest first; none for a login that nobody has.
    package func life(ofPerson login: String) -> [PersonRecord] {
        (personLives.places[login] ?? []).map { personLives.records[$0] }
    }

    /// The days from which a node has other members, or with other managers, than on the day before.
    package func turns(ofNode id: String) -> Set<CalendarDay> {
        let records = memberRecords(of: id)
        return Set(records.map(\.from) + records.compactMap { $0.until?.adding(days: 1) })
    }

    private func children(of id: String, on day: CalendarDay) -> [NodeRecord] {
        (below[id] ?? []).filter { nodeLives.holds($0, on: day) }.map { nodeLives.records[$0] }
            .sorted { $0.id.compareBytes(with: $1.id) < 0 }
    }

    private func people(_ places: [Int]?, _ day: CalendarDay) -> [PersonRecord] {
        (places ?? []).filter { personLives.holds($0, on: day) }.map { personLives.records[$0] }
            .sorted { $0.login.compareBytes(with: $1.login) < 0 }
    }

    private static func places<Record>(_ records: [Record], by key: (Record) -> String?) -> [String: [Int]] {
        var places: [String: [Int]] = [:]
        for (place, record) in records.enumerated() {
            if let key = key(record) { places[key, default: []].append(place) }
        }
        return places
    }
}
