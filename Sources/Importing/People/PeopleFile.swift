package import Contracts
package import Domain

/// What is wrong with a line of a file of people.
package struct PeopleFault: Sendable, Equatable {
    /// The line, or the number of the row in its sheet, from 1.
    package let line: Int
    /// The heading of the column; the field's name when no column holds it.
    package let column: String
    /// Why, as a code.
    package let reason: String
    /// What is wrong and what to do.
    package let detail: String
}

/// An organisation and its people from a table: a line for each stretch of days of a node or of a person. A line with a
/// login is a person's, one without a node's.
package struct PeopleFile: Sendable {
    /// How many lines were read that are not empty.
    package let lines: Int
    /// Everything that is wrong, line by line.
    package let faults: [PeopleFault]
    /// The organisation; `nil` when something is wrong.
    package let book: OrganisationBook?
    /// The nodes of the lines that could be read.
    package let nodes: [NodeRecord]
    /// The persons of the lines that could be read.
    package let persons: [PersonRecord]
    /// The headings that stand for no field: their columns are passed over.
    package let unused: [String]
    /// What is wrong with lines that could not be read, whatever the others say.
    package let unreadable: [PeopleFault]
    /// On which line each of the nodes stands.
    package let nodeLines: [Int]
    /// On which line each of the persons stands.
    package let personLines: [Int]
    private let headings: [String: String]

    /// The heading of the column that holds a field; the field's name when none does.
    ///
    /// - Parameter field: as messages call it.
    package func heading(of field: String) -> String {
        let field = field == "chineseName" ? "name" : field == "id" ? "node" : field
        return headings[field] ?? field
    }

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - table: the file.
    ///   - mapping: what a person says of its columns.
    /// - Throws: ``FileFault`` when it is no table of people, or ends in the middle.
    package init(_ table: TableFile, _ mapping: ImportMapping = ImportMapping()) throws(FileFault) {
        let found = try MappedColumns(table.columns, fields: PeopleFields.all, mapping)
        for field in ["node", "from"] where found.places[field] == nil && mapping.values[field] == nil {
            let names = [field] + (PeopleFields.byName[field]?.headings ?? [])
            throw FileFault("no column is known for '\(field)': name one \(names.joined(separator: ", "))")
        }
        var reading = Reading()
        var table = table
        while let row = table.next() {
            guard row.fields.contains(where: { !CellText.trimmed($0).isEmpty }) else { continue }
            reading.read(row, found, mapping, width: table.columns.count)
        }
        if let problem = table.problem { throw FileFault(problem) }
        unused = found.unused
        (lines, nodes, persons) = (reading.lines, reading.nodes, reading.persons)
        (nodeLines, personLines) = (reading.nodeLines, reading.personLines)
        headings = found.headings
        do throws(OrganisationRefusal) {
            let built = try OrganisationBook(nodes: nodes, persons: persons)
            (faults, unreadable) = (reading.faults, reading.faults)
            book = faults.isEmpty ? built : nil
        } catch {
            faults = (reading.faults + reading.located(error.faults, found)).enumerated()
                .sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
            // What no message may hold, whatever is known elsewhere.
            let texts = error.faults.filter { [.controlCharacters, .badIdentifier].contains($0.reason) }
            unreadable = reading.faults + reading.located(texts, found)
            book = nil
        }
    }

    /// Reads a mapping file for such a table, as for ``ImportKind``.
    ///
    /// - Throws: ``Refusal`` with the place of what is not understood.
    package static func mapping(json bytes: [UInt8]) throws(Refusal) -> ImportMapping {
        try ImportMapping(json: bytes, of: PeopleFields.kind, fields: PeopleFields.all)
    }
}

extension PeopleFile {
    /// What has been read so far.
    private struct Reading {
        private(set) var lines = 0
        private(set) var nodes: [NodeRecord] = []
        private(set) var persons: [PersonRecord] = []
        private(set) var faults: [PeopleFault] = []
        private(set) var nodeLines: [Int] = []
        private(set) var personLines: [Int] = []
        /// Of what the lines speak that could not be read: that it is missing elsewhere says nothing.
        private var unread: Set<String> = []

        mutating func read(_ row: TableFile.Row, _ found: MappedColumns, _ mapping: ImportMapping, width: Int) {
            lines += 1
            var reader = RowReader(row.fields, found, mapping, PeopleFields.byName)
            if row.fields.dropFirst(width).contains(where: { !CellText.trimmed($0).isEmpty }) {
                reader.fault(
                    "node", .tooManyElements,
                    "\(row.fields.count) fields where the header has \(width): one holds a separator without quotes")
            }
            let node = reader.identifier("node") ?? ""
            let login = reader.identifier("login")
            let (name, englishName) = (reader.text("name"), reader.text("englishName"))
            let (from, until) = (reader.day("from"), reader.day("until"))
            if from == nil, !reader.faults.contains(where: { $0.field == "from" }) {
                reader.fault("from", .missingField, "say from which day the line holds")
            }
            let nodeOnly = ["kind", "parent", "purpose"]
            let personOnly = ["position", "manager", "externalId"]
            if let login {
                let position = reader.text("position")
                let (manager, number) = (reader.identifier("manager"), reader.identifier("externalId"))
                for field in nodeOnly where reader.text(field) != nil {
                    reader.fault(field, .valueNotAllowed, "a line with a login is a person's, which has no \(field)")
                }
                if let from, reader.faults.isEmpty {
                    persons.append(
                        PersonRecord(
                            login: login, name: name ?? englishName ?? "", englishName: englishName, node: node,
                            position: position, manager: manager, from: from, until: until, externalId: number))
                    personLines.append(row.line)
                }
            } else {
                let kind = reader.choice("kind", NodeKind.self)
                let (parent, purpose) = (reader.identifier("parent"), reader.choice("purpose", NodePurpose.self))
                let meant = personOnly.filter { reader.text($0) != nil }
                if !meant.isEmpty {
                    reader.fault(
                        "login", .missingField,
                        "the line has \(meant.joined(separator: ", ")), as a person's has, and no login")
                } else if kind == nil, !reader.faults.contains(where: { $0.field == "kind" }) {
                    reader.fault(
                        "kind", .missingField,
                        "say what the node is, \(NodeKind.allCases.map(\.rawValue).joined(separator: ", ")); a person's "
                            + "line has a login")
                }
                if let kind, let from, reader.faults.isEmpty {
                    nodes.append(
                        NodeRecord(
                            id: node, kind: kind, parent: parent, from: from, until: until, chineseName: name,
                            englishName: englishName,
                            purpose: purpose ?? (kind == .centre ? .functional : .business)))
                    nodeLines.append(row.line)
                }
            }
            if !reader.faults.isEmpty { unread.formUnion([login ?? node]) }
            faults += reader.faults.map {
                PeopleFault(
                    line: row.line, column: $0.column ?? $0.field, reason: $0.reason.rawValue, detail: $0.detail)
            }
        }

        /// The faults of records, by the lines and columns of the file; without those that follow from a line which could
        /// not be read.
        func located(_ faults: [OrganisationFault], _ found: MappedColumns) -> [PeopleFault] {
            faults.compactMap { fault in
                guard !followsFromUnread(fault) else { return nil }
                let field =
                    switch fault.field {
                    case "id": "node"
                    case "chineseName": "name"
                    default: fault.field
                    }
                return PeopleFault(
                    line: fault.subject == .node ? nodeLines[fault.index] : personLines[fault.index],
                    column: found.headings[field] ?? field, reason: fault.reason.rawValue, detail: fault.detail)
            }
        }

        private func followsFromUnread(_ fault: OrganisationFault) -> Bool {
            let missed: String? =
                switch fault.reason {
                case .orphan: nodes[fault.index].parent
                case .noNode, .nodeClosed: persons[fault.index].node
                case .unknownManager, .managerAway: persons[fault.index].manager
                case .gap: fault.subject == .node ? nodes[fault.index].id : persons[fault.index].login
                default: nil
                }
            return missed.map(unread.contains) ?? false
        }
    }
}
