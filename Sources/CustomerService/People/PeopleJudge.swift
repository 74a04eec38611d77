import Contracts
import Domain

/// Judges what is said of the organisation and its people: all of a statement holds, or nothing of it. Pure.
///
/// What is known is an organisation, and with what is taken over it is one again. Statements that come together are tried
/// together, so that they need no order among themselves; those that make it none are left out, and tried once more behind
/// what was taken.
struct PeopleJudge {
    private(set) var nodes: [String: KnownLife<NodeLife>]
    private(set) var persons: [String: KnownLife<PersonLife>]
    /// What has changed, in order.
    private(set) var changes: [PeopleChange] = []
    /// Why statements are refused, by their places.
    private(set) var refusals: [Int: Refusal] = [:]
    /// Everything that is wrong with them, by their places.
    private(set) var faults: [Int: [Refusal]] = [:]
    /// What was said again as it is known, and when that was written down.
    private(set) var saidAgain: [PeopleChange] = []
    /// How much was passed over because something later is known.
    private(set) var outdated = 0
    /// What was wrong with what is known before anything was judged: an earlier release may have known fewer rules.
    private var former: Set<String>?

    init(nodes: [String: KnownLife<NodeLife>], persons: [String: KnownLife<PersonLife>]) {
        self.nodes = nodes
        self.persons = persons
    }

    /// Judges statements, those first that were written down first.
    mutating func judge(_ statements: [PeopleStatement]) {
        var waiting = statements.indices.sorted {
            (statements[$0].recordedAt, $0) < (statements[$1].recordedAt, $1)
        }
        while !waiting.isEmpty {
            let before = changes.count
            var refused: Set<Int> = []
            for group in Self.groups(waiting, of: statements) {
                var proposals: [Proposal] = []
                for place in group {
                    (refusals[place], faults[place]) = (nil, nil)
                    do throws(Refusal) {
                        proposals.append(try proposal(place, statements[place]))
                    } catch {
                        (refusals[place], faults[place]) = (error, [error])
                        refused.insert(place)
                    }
                }
                if !proposals.isEmpty { refused.formUnion(take(proposals)) }
            }
            // Behind what was taken, what was refused may be right.
            guard changes.count > before else { break }
            waiting = waiting.filter(refused.contains)
        }
    }

    /// Statements that may be tried together: of one node or person only one speaks, and who leaves stands alone, because
    /// it follows from all before whose people go to whom.
    private static func groups(_ places: [Int], of statements: [PeopleStatement]) -> [[Int]] {
        var groups: [[Int]] = []
        var keys: Set<String> = []
        for place in places {
            switch statements[place].said {
            case .left:
                groups += [[place], []]
                keys = []
            case .lives(let nodes, let persons):
                let own = Set(nodes.map { "n" + $0.life.node } + persons.map { "p" + $0.life.login })
                if groups.isEmpty || !keys.isDisjoint(with: own) {
                    groups.append([])
                    keys = []
                }
                groups[groups.count - 1].append(place)
                keys.formUnion(own)
            }
        }
        return groups.filter { !$0.isEmpty }
    }

    // MARK: What is proposed

    private mutating func proposal(_ place: Int, _ statement: PeopleStatement) throws(Refusal) -> Proposal {
        var proposal = Proposal(statement: place, recordedAt: statement.recordedAt)
        switch statement.said {
        case .left(let left): try propose(left, statement, to: &proposal)
        case .lives(let nodes, let persons):
            for (index, node) in nodes.enumerated() {
                let known = self.nodes[node.life.node]
                let isNew = try isNews(
                    statement, known?.revision, known?.recordedAt, node.expected,
                    isSame: known?.life == node.life.settled, "$.nodes[\(index)]", "node", node.life.node)
                if isNew {
                    proposal.nodes.append((index, node.life))
                } else if let known, known.life == node.life.settled {
                    proposal.same.append(
                        PeopleChange(
                            life: .node(known.life), revision: known.revision, recordedAt: statement.recordedAt,
                            statement: place))
                }
            }
            for (index, person) in persons.enumerated() {
                let known = self.persons[person.life.login]
                let isNew = try isNews(
                    statement, known?.revision, known?.recordedAt, person.expected,
                    isSame: known?.life == person.life.settled, "$.persons[\(index)]", "login", person.life.login)
                if isNew {
                    proposal.persons.append((index, person.life))
                } else if let known, known.life == person.life.settled {
                    proposal.same.append(
                        PeopleChange(
                            life: .person(known.life), revision: known.revision, recordedAt: statement.recordedAt,
                            statement: place))
                }
            }
        }
        return proposal
    }

    /// Whether what is said of one node or person is to be taken over.
    private mutating func isNews(
        _ statement: PeopleStatement, _ revision: Int?, _ recordedAt: Timestamp?, _ expected: Int?, isSame: Bool,
        _ path: String, _ field: String, _ key: String
    ) throws(Refusal) -> Bool {
        if let expected, expected != revision ?? 0 {
            throw Refusal(
                .staleRevision, path: "\(path).expected",
                "'\(key)' has the revision \(revision ?? 0) by now: look at it again")
        }
        if isSame { return false }
        guard let recordedAt, statement.recordedAt <= recordedAt else { return true }
        if statement.recordedAt == recordedAt {
            throw Refusal(
                .conflictingContent, path: "\(path).\(field)",
                "of '\(key)' something else is known that was written down at the same time")
        }
        guard !statement.isAct else { throw Self.overtaken(key, recordedAt, "\(path).\(field)") }
        outdated += 1
        return false
    }

    private static func overtaken(_ key: String, _ recordedAt: Timestamp, _ path: String) -> Refusal {
        Refusal(
            .staleRevision, path: path,
            "what is known of '\(key)' was written down later, at \(recordedAt.inZone()): look at it again")
    }

    /// That somebody leaves, and that whom they manage beyond that day goes to their own manager.
    private mutating func propose(
        _ left: PersonLeft, _ statement: PeopleStatement, to proposal: inout Proposal
    ) throws(Refusal) {
        guard let known = persons[left.login], let first = known.life.periods.first,
            let last = known.life.periods.last
        else {
            throw Refusal(.notFound, path: "$.login", "there is no person '\(left.login)'")
        }
        guard first.from <= left.lastDay else {
            throw Refusal(
                .contradictoryTimes, path: "$.lastDay",
                "'\(left.login)' comes on \(first.from) only, after that day")
        }
        if let until = last.until, until <= left.lastDay {
            guard until < left.lastDay else {
                proposal.same.append(
                    PeopleChange(
                        life: .person(known.life), revision: known.revision, recordedAt: statement.recordedAt,
                        statement: proposal.statement))
                return
            }
            throw Refusal(
                .wrongState, path: "$.lastDay",
                "'\(left.login)' leaves on \(until) already: record the person anew to have them stay longer")
        }
        if let recordedAt = known.recordedAt, statement.recordedAt <= recordedAt {
            guard !statement.isAct else { throw Self.overtaken(left.login, recordedAt, "$.login") }
            outdated += 1
            return
        }
        let kept = known.life.records.filter { $0.from <= left.lastDay }
        let manager = kept.last?.manager
        proposal.leaver = left.login
        proposal.persons.append(
            (
                0,
                PersonLife(
                    login: left.login,
                    records: kept.map { $0.until.map { $0 <= left.lastDay } ?? false ? $0 : $0.ending(left.lastDay) })
            ))
        for (_, other) in persons.sorted(by: { $0.key < $1.key }) where other.life.login != left.login {
            let records = other.life.records.flatMap {
                $0.handedOver(from: left.login, to: manager, after: left.lastDay)
            }
            let life = PersonLife(login: other.life.login, records: records)
            if life != other.life { proposal.persons.append((proposal.persons.count, life)) }
        }
    }

    // MARK: Whether it is an organisation

    /// Takes proposals over that make an organisation with what is known.
    ///
    /// - Returns: the places of the statements that do not.
    private mutating func take(_ proposals: [Proposal]) -> [Int] {
        let wrong = wrong(with: proposals)
        guard !wrong.isEmpty else {
            for proposal in proposals { accept(proposal) }
            return []
        }
        if proposals.count == 1 {
            refusals[proposals[0].statement] = Self.refusal(wrong, proposals[0])
            faults[proposals[0].statement] = wrong.map { Self.refusal([$0], proposals[0]) }
            return [proposals[0].statement]
        }
        // Without those that are wrong themselves the others may be right together; otherwise halves are tried.
        let blamed = Set(wrong.compactMap { $0.owner?.proposal })
        var (first, second): ([Proposal], [Proposal]) = ([], [])
        if blamed.isEmpty || blamed.count == proposals.count {
            let middle = proposals.count / 2
            (first, second) = (Array(proposals[..<middle]), Array(proposals[middle...]))
        } else {
            for (place, proposal) in proposals.enumerated() {
                if blamed.contains(place) { second.append(proposal) } else { first.append(proposal) }
            }
        }
        return take(first) + take(second)
    }

    private mutating func accept(_ proposal: Proposal) {
        for (_, life) in proposal.nodes {
            let (life, known) = (life.settled, nodes[life.node])
            let (revision, at) = ((known?.revision ?? 0) + 1, Self.later(known?.recordedAt, proposal.recordedAt))
            nodes[life.node] = KnownLife(life: life, revision: revision, recordedAt: at)
            changes.append(
                PeopleChange(life: .node(life), revision: revision, recordedAt: at, statement: proposal.statement))
        }
        for (_, life) in proposal.persons {
            let (life, known) = (life.settled, persons[life.login])
            let (revision, at) = ((known?.revision ?? 0) + 1, Self.later(known?.recordedAt, proposal.recordedAt))
            persons[life.login] = KnownLife(life: life, revision: revision, recordedAt: at)
            changes.append(
                PeopleChange(life: .person(life), revision: revision, recordedAt: at, statement: proposal.statement))
        }
        for again in proposal.same {
            saidAgain.append(again)
            switch again.life {
            case .node(let life):
                let at = Self.later(nodes[life.node]?.recordedAt, again.recordedAt)
                nodes[life.node]?.recordedAt = at
            case .person(let life):
                let at = Self.later(persons[life.login]?.recordedAt, again.recordedAt)
                persons[life.login]?.recordedAt = at
            }
        }
    }

    private static func later(_ known: Timestamp?, _ other: Timestamp) -> Timestamp { max(known ?? other, other) }

    /// What is wrong with what would be known with some proposals, and was not before.
    private mutating func wrong(with proposals: [Proposal]) -> [Wrong] {
        guard proposals.contains(where: { !$0.nodes.isEmpty || !$0.persons.isEmpty }) else { return [] }
        let found = all(with: proposals)
        guard !found.isEmpty else { return [] }
        let former = self.former ?? Set(all(with: []).map(\.name))
        self.former = former
        return found.filter { !former.contains($0.name) }
    }

    private func all(with proposals: [Proposal]) -> [Wrong] {
        typealias Owner = (proposal: Int, life: Int, period: Int)
        var (nodeRecords, nodeOwners): ([NodeRecord], [Owner?]) = ([], [])
        var (personRecords, personOwners): ([PersonRecord], [Owner?]) = ([], [])
        var (proposedNodes, proposedPersons): (Set<String>, Set<String>) = ([], [])
        for (place, proposal) in proposals.enumerated() {
            for (index, life) in proposal.nodes {
                proposedNodes.insert(life.node)
                for (period, record) in life.records.enumerated() {
                    nodeRecords.append(record)
                    nodeOwners.append((place, index, period))
                }
            }
            for (index, life) in proposal.persons {
                proposedPersons.insert(life.login)
                for (period, record) in life.records.enumerated() {
                    personRecords.append(record)
                    personOwners.append((place, index, period))
                }
            }
        }
        for (key, known) in nodes.sorted(by: { $0.key < $1.key }) where !proposedNodes.contains(key) {
            nodeRecords += known.life.records
        }
        for (key, known) in persons.sorted(by: { $0.key < $1.key }) where !proposedPersons.contains(key) {
            personRecords += known.life.records
        }
        do throws(OrganisationRefusal) {
            _ = try OrganisationBook(nodes: nodeRecords, persons: personRecords)
            return []
        } catch {
            return error.faults.map { fault in
                switch fault.subject {
                case .node:
                    let record = nodeRecords[fault.index]
                    return Wrong(
                        fault: fault, key: record.id, from: record.from,
                        owner: fault.index < nodeOwners.count ? nodeOwners[fault.index] : nil, node: record.parent,
                        manager: nil, externalId: nil)
                case .person:
                    let record = personRecords[fault.index]
                    return Wrong(
                        fault: fault, key: record.login, from: record.from,
                        owner: fault.index < personOwners.count ? personOwners[fault.index] : nil, node: record.node,
                        manager: record.manager, externalId: record.externalId)
                }
            }
        }
    }
}

extension PersonRecord {
    /// The same with another last day.
    fileprivate func ending(_ day: CalendarDay) -> PersonRecord { copy(from: from, until: day, manager: manager) }

    /// The same with another manager from a day on, if a manager leaves who is the person's.
    fileprivate func handedOver(from leaver: String, to other: String?, after lastDay: CalendarDay) -> [PersonRecord] {
        guard manager == leaver, until.map({ $0 > lastDay }) ?? true else { return [self] }
        guard from <= lastDay else { return [copy(from: from, until: until, manager: other)] }
        let next = lastDay.adding(days: 1)
        guard CalendarDay.years.contains(next.components.year) else { return [self] }
        return [ending(lastDay), copy(from: next, until: until, manager: other)]
    }

    private func copy(from: CalendarDay, until: CalendarDay?, manager: String?) -> PersonRecord {
        PersonRecord(
            login: login, name: name, englishName: englishName, node: node, position: position, manager: manager,
            from: from, until: until, externalId: externalId)
    }
}
