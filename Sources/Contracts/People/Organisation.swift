package import Domain

extension OrganisationRecorded {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.require(
            !nodes.isEmpty || !persons.isEmpty, .missingField, "nodes", "it says nothing of a node or a person")
        try fields.refuseTwice(nodes.map(\.life.node), "nodes", "node")
        try fields.refuseTwice(persons.map(\.life.login), "persons", "login")
    }
}

extension PersonRecorded {
    func check(_ fields: FieldReader) throws(Refusal) {
        try fields.refuseTwice(persons.map(\.life.login), "persons", "login")
    }
}

extension OrganisationChanged {
    func check(_ fields: FieldReader) throws(Refusal) { try fields.refuseDisorder(of: life.periods.map(\.from)) }
}

extension PersonChanged {
    func check(_ fields: FieldReader) throws(Refusal) { try fields.refuseDisorder(of: life.periods.map(\.from)) }
}

extension FieldReader {
    /// Refuses a life that was judged and whose periods do not stand in their order.
    fileprivate func refuseDisorder(of days: [CalendarDay]) throws(Refusal) {
        for place in days.indices.dropFirst() {
            try require(
                days[place - 1] < days[place], .contradictoryTimes, "periods[\(place)].from",
                "it does not begin after the period before")
        }
    }

    /// Refuses a list in which two speak of one thing: which of them would hold?
    fileprivate func refuseTwice(_ keys: [String], _ list: String, _ field: String) throws(Refusal) {
        var seen: Set<[UInt8]> = []
        for (place, key) in keys.enumerated() {
            try require(
                seen.insert(Array(key.utf8)).inserted, .duplicateElement, "\(list)[\(place)].\(field)",
                "it is there before: all its days stand in one place")
        }
    }
}

extension NodeLife {
    /// The life of a node from its records, the earliest first, each written in one way.
    ///
    /// - Parameters:
    ///   - node: the node.
    ///   - records: its records.
    package init(node: String, records: [NodeRecord]) {
        self.init(
            node: node,
            periods: records.sorted { $0.from < $1.from }.map { record in
                let (name, englishName) = Names.written(record.chineseName, record.englishName)
                return NodePeriod(
                    from: record.from, until: record.until, kind: OrganisationKind(record.kind),
                    parent: record.parent, name: name, englishName: englishName,
                    purpose: OrganisationPurpose(record.purpose))
            })
    }

    /// Its records, in the order of its periods.
    package var records: [NodeRecord] {
        periods.map { period in
            NodeRecord(
                id: node, kind: NodeKind(period.kind), parent: period.parent, from: period.from, until: period.until,
                chineseName: Names.read(period.name), englishName: Names.read(period.englishName),
                purpose: NodePurpose(period.purpose))
        }
    }

    /// The same life with its periods in their order and each written in one way: two that say the same are equal.
    package var settled: NodeLife { NodeLife(node: node, records: records) }
}

extension PersonLife {
    /// The life of a person from its records, the earliest first, each written in one way.
    ///
    /// - Parameters:
    ///   - login: who it is.
    ///   - records: the records.
    package init(login: String, records: [PersonRecord]) {
        self.init(
            login: login,
            periods: records.sorted { $0.from < $1.from }.map { record in
                let (name, englishName) = Names.written(Names.read(record.name), record.englishName)
                return PersonPeriod(
                    from: record.from, until: record.until, name: name, englishName: englishName, node: record.node,
                    position: Names.read(record.position), manager: record.manager, externalId: record.externalId)
            })
    }

    /// The records, in the order of the periods.
    package var records: [PersonRecord] {
        periods.map { period in
            PersonRecord(
                login: login, name: period.name, englishName: Names.read(period.englishName), node: period.node,
                position: Names.read(period.position), manager: period.manager, from: period.from,
                until: period.until, externalId: period.externalId)
        }
    }

    /// The same life with its periods in their order and each written in one way: two that say the same are equal.
    package var settled: PersonLife { PersonLife(login: login, records: records) }
}

/// Names as a message has them: one that is always there, and the English one when it is another.
private enum Names {
    static func written(_ chinese: String?, _ english: String?) -> (name: String, english: String?) {
        let (chinese, english) = (read(chinese), read(english))
        let name = chinese ?? english ?? ""
        return (name, english.flatMap { $0.hasSameBytes(as: name) ? nil : $0 })
    }

    /// A text that says nothing is none.
    static func read(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

extension OrganisationKind {
    init(_ kind: NodeKind) {
        self =
            switch kind {
            case .group: .group
            case .centre: .centre
            case .division: .division
            case .branch: .branch
            case .team: .team
            }
    }
}

extension NodeKind {
    /// The kind that a message names.
    package init(_ kind: OrganisationKind) {
        self =
            switch kind {
            case .group: .group
            case .centre: .centre
            case .division: .division
            case .branch: .branch
            case .team: .team
            }
    }
}

extension OrganisationPurpose {
    init(_ purpose: NodePurpose) {
        self =
            switch purpose {
            case .functional: .functional
            case .business: .business
            }
    }
}

extension NodePurpose {
    /// The purpose that a message names.
    package init(_ purpose: OrganisationPurpose) {
        self =
            switch purpose {
            case .functional: .functional
            case .business: .business
            }
    }
}
