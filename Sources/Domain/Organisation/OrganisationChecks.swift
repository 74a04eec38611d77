import Foundation

/// Looks through the records of an organisation for everything that makes them none.
struct OrganisationChecks {
    private let nodes: DatedLives<NodeRecord>
    private let persons: DatedLives<PersonRecord>
    private var found: [OrganisationFault] = []

    private init(_ nodes: DatedLives<NodeRecord>, _ persons: DatedLives<PersonRecord>) {
        self.nodes = nodes
        self.persons = persons
    }

    /// What is wrong: nodes first, each kind in the order of its records.
    static func faults(
        _ nodes: DatedLives<NodeRecord>, _ persons: DatedLives<PersonRecord>
    ) -> [OrganisationFault] {
        var checks = OrganisationChecks(nodes, persons)
        for index in nodes.records.indices { checks.checkNode(index) }
        for index in persons.records.indices { checks.checkPerson(index) }
        for id in nodes.places.keys { checks.checkLife(ofNode: id) }
        for login in persons.places.keys { checks.checkLife(ofPerson: login) }
        checks.checkExternalIds()
        for circle in nodes.circles(above: \.parent) {
            checks.add(
                .cycle, .node, circle.place, "parent",
                "on \(circle.day) it is above itself: \(circle.path.joined(separator: " → "))")
        }
        for circle in persons.circles(above: \.manager) {
            checks.add(
                .managerCircle, .person, circle.place, "manager",
                "on \(circle.day) the managers go in a circle: \(circle.path.joined(separator: " → "))")
        }
        return checks.found.enumerated().sorted { first, second in
            let (one, two) = (first.element, second.element)
            return (one.subject == .node ? 0 : 1, one.index, first.offset)
                < (two.subject == .node ? 0 : 1, two.index, second.offset)
        }.map(\.element)
    }

    private mutating func add(
        _ reason: OrganisationFault.Reason, _ subject: OrganisationFault.Subject, _ index: Int, _ field: String,
        _ detail: String
    ) {
        found.append(
            OrganisationFault(reason: reason, subject: subject, index: index, field: field, detail: detail))
    }

    // MARK: One record

    private mutating func checkNode(_ index: Int) {
        let node = nodes.records[index]
        checkIdentifier(node.id, .node, index, "id")
        if node.chineseName?.isEmpty ?? true, node.englishName?.isEmpty ?? true {
            add(.noName, .node, index, "name", "give it a name, in Chinese or English")
        }
        checkText(node.chineseName, .node, index, "chineseName")
        checkText(node.englishName, .node, index, "englishName")
        checkPeriod(node, .node, index)
        guard let parent = node.parent else {
            if node.kind != .group {
                add(
                    .orphan, .node, index, "parent",
                    "a \(node.kind.rawValue) needs a node above it; only a group has none")
            }
            return
        }
        guard checkIdentifier(parent, .node, index, "parent") else { return }
        guard let above = nodes.places[parent] else {
            return add(.orphan, .node, index, "parent", "there is no node '\(parent)'")
        }
        if let day = nodes.firstAbsence(of: parent, from: node.from, until: node.until) {
            add(
                .orphan, .node, index, "parent",
                "'\(parent)', above it, is not there on \(day): close it or move it by then")
        }
        let smaller = above.map { nodes.records[$0] }.first {
            $0.kind.level > node.kind.level && Self.overlap($0, node)
        }
        if let smaller {
            add(
                .wrongLevel, .node, index, "parent",
                "a \(node.kind.rawValue) cannot be below a \(smaller.kind.rawValue), which '\(parent)' is")
        }
    }

    private mutating func checkPerson(_ index: Int) {
        let person = persons.records[index]
        checkIdentifier(person.login, .person, index, "login")
        if person.name.isEmpty { add(.noName, .person, index, "name", "give the person a name") }
        checkText(person.name, .person, index, "name")
        checkText(person.englishName, .person, index, "englishName")
        checkText(person.position, .person, index, "position")
        if let externalId = person.externalId { checkIdentifier(externalId, .person, index, "externalId") }
        checkPeriod(person, .person, index)
        checkNode(of: person, index)
        checkManager(of: person, index)
    }

    private mutating func checkNode(of person: PersonRecord, _ index: Int) {
        guard !person.node.isEmpty else {
            return add(.noNode, .person, index, "node", "'\(person.login)' belongs to no node")
        }
        guard checkIdentifier(person.node, .person, index, "node") else { return }
        guard let first = nodes.places[person.node]?.first else {
            return add(.noNode, .person, index, "node", "there is no node '\(person.node)'")
        }
        guard let day = nodes.firstAbsence(of: person.node, from: person.from, until: person.until) else { return }
        if day < nodes.records[first].from {
            add(
                .noNode, .person, index, "node",
                "'\(person.node)' is there from \(nodes.records[first].from) only, the person is in it on \(day)")
        } else {
            add(
                .nodeClosed, .person, index, "node",
                "'\(person.node)' is closed on \(day) while '\(person.login)' is in it: move the person by then")
        }
    }

    private mutating func checkManager(of person: PersonRecord, _ index: Int) {
        guard let manager = person.manager, checkIdentifier(manager, .person, index, "manager") else { return }
        guard persons.places[manager] != nil else {
            return add(.unknownManager, .person, index, "manager", "there is no person '\(manager)'")
        }
        if let day = persons.firstAbsence(of: manager, from: person.from, until: person.until) {
            add(.managerAway, .person, index, "manager", "'\(manager)' is not there on \(day): name another from then")
        }
    }

    private mutating func checkPeriod(
        _ record: some DatedRecord, _ subject: OrganisationFault.Subject, _ index: Int
    ) {
        guard let until = record.until, until < record.from else { return }
        add(.emptyPeriod, subject, index, "until", "the last day, \(until), is before the first, \(record.from)")
    }

    // MARK: A life

    private mutating func checkLife(ofNode id: String) {
        for seam in nodes.seams(of: id) {
            let later = nodes.records[seam.later]
            if let end = seam.end, end < later.from {
                addGap(id, after: end, before: later.from, .node, seam.later)
            } else {
                add(
                    .nodeTwice, .node, seam.later, "from",
                    "'\(id)' stands there twice from \(later.from): let its earlier record end on "
                        + "\(later.from.adding(days: -1))")
            }
        }
    }

    private mutating func checkLife(ofPerson login: String) {
        for seam in persons.seams(of: login) {
            let (earlier, later) = (persons.records[seam.earlier], persons.records[seam.later])
            // A login that a second person was given is wrong whatever the days are, and is said below.
            if Self.areTwo(earlier.externalId, later.externalId) { continue }
            if let end = seam.end, end < later.from {
                addGap(login, after: end, before: later.from, .person, seam.later)
            } else if earlier.manager != later.manager {
                let names = [earlier.manager, later.manager].map { $0.map { "'\($0)'" } ?? "none" }
                add(
                    .twoManagers, .person, seam.later, "manager",
                    "'\(login)' has two managers from \(later.from), \(names.joined(separator: " and ")): let the earlier "
                        + "record end on \(later.from.adding(days: -1))")
            } else {
                add(
                    .loginTwice, .person, seam.later, "login",
                    "'\(login)' stands there twice from \(later.from), in '\(earlier.node)' and in '\(later.node)'")
            }
        }
        let own = persons.places[login] ?? []
        guard let first = own.first(where: { persons.records[$0].externalId != nil }) else { return }
        for place in own where Self.areTwo(persons.records[first].externalId, persons.records[place].externalId) {
            add(
                .loginTwice, .person, place, "login",
                "'\(login)' is two persons by their numbers, '\(persons.records[first].externalId ?? "")' and "
                    + "'\(persons.records[place].externalId ?? "")': give one of them another login")
        }
    }

    private mutating func addGap(
        _ key: String, after end: CalendarDay, before start: CalendarDay, _ subject: OrganisationFault.Subject,
        _ index: Int
    ) {
        add(
            .gap, subject, index, "from",
            "'\(key)' has no record from \(end.adding(days: 1)) to \(start.adding(days: -1))")
    }

    private mutating func checkExternalIds() {
        var logins: [String: String] = [:]
        for (index, person) in persons.records.enumerated() {
            guard let number = person.externalId else { continue }
            let login = logins[number, default: person.login]
            logins[number] = login
            if login != person.login {
                add(
                    .externalIdTwice, .person, index, "externalId",
                    "'\(number)' is the number of '\(login)' too: one person has one login")
            }
        }
    }

    // MARK: Texts

    /// Whether an identifier can be one; if not, that is noted.
    ///
    /// One that could be written in two ways would be one here and two in a database.
    @discardableResult
    private mutating func checkIdentifier(
        _ text: String, _ subject: OrganisationFault.Subject, _ index: Int, _ field: String
    ) -> Bool {
        if text.isEmpty {
            add(.badIdentifier, subject, index, field, "it is missing")
        } else if let slip = TypedText.slip(in: text) {
            add(Self.isControl(slip.scalar) ? .controlCharacters : .badIdentifier, subject, index, field, "\(slip)")
        } else if !text.hasSameBytes(as: text.precomposedStringWithCanonicalMapping) {
            add(
                .badIdentifier, subject, index, field,
                "it holds a letter and its accent as two characters: write them as one")
        } else {
            return true
        }
        return false
    }

    private mutating func checkText(
        _ text: String?, _ subject: OrganisationFault.Subject, _ index: Int, _ field: String
    ) {
        guard let text, let place = text.unicodeScalars.enumerated().first(where: { Self.isControl($0.element) }) else {
            return
        }
        let code = String(place.element.value, radix: 16, uppercase: true)
        add(
            .controlCharacters, subject, index, field,
            "character \(place.offset + 1) is U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code), a control "
                + "character")
    }

    /// Controls, separators of lines and paragraphs, and marks that turn the direction of reading: none is part of a name,
    /// and each may make a line look like another one.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func areTwo(_ first: String?, _ second: String?) -> Bool {
        if let first, let second { first != second } else { false }
    }

    private static func overlap(_ first: some DatedRecord, _ second: some DatedRecord) -> Bool {
        (first.until.map { second.from <= $0 } ?? true) && (second.until.map { first.from <= $0 } ?? true)
    }
}
