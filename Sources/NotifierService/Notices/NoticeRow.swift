import Contracts
import Domain
import Postgres

/// A notice as it is kept.
struct NoticeRow: PostgresRow {
    let id: String
    let revision: Int
    let clearedRevision: Int
    let kind: String
    let objectKind: String
    let objectSource: String?
    let objectId: String
    let severity: NoticeSeverity
    let atStake: FixedDecimal?
    let currency: Currency?
    let customerId: String?
    let businessLine: String?
    let node: String?
    /// Who was named when it was said.
    let said: NamedPeople
    /// Who is named since somebody else looks after its customer; `nil` while who was named is.
    private(set) var moved: NamedPeople?
    let facts: [NoticeFact]
    let next: String?
    let dueAt: Timestamp?
    let expiresAt: Timestamp?
    let happenedAt: Timestamp?

    /// The columns that it reads, of a table called `n`.
    static let columns = columns(facts: "n.facts")

    /// The same with other facts.
    static func columns(facts: SQL) -> SQL {
        """
        n.notice_id, n.revision, n.cleared_revision, n.kind, n.object_kind, n.object_source, n.object_id,
        n.severity::integer as severity, n.at_stake, n.currency, n.customer_id, n.business_line, n.node, n.owner,
        to_json(n.also_to)::text as also_to, coalesce(\(NoticeStore.isMoved), false) as is_moved, n.moved_owner,
        to_json(n.moved_also_to)::text as moved_also_to, \(facts) as facts, n.next_step, n.due_at, n.expires_at,
        n.happened_at
        """
    }

    init(row: inout RowReader) throws(PostgresError) {
        id = try row("notice_id")
        revision = try row("revision")
        clearedRevision = try row("cleared_revision")
        kind = try row("kind")
        objectKind = try row("object_kind")
        objectSource = try row("object_source")
        objectId = try row("object_id")
        severity = NoticeSeverity(weight: Int(try row("severity", as: Int32.self)))
        atStake = try row("at_stake")
        currency = try row("currency")
        customerId = try row("customer_id")
        businessLine = try row("business_line")
        node = try row("node")
        said = NamedPeople(owner: try row("owner"), alsoTo: KeptJSON.texts(try row("also_to")))
        let isMoved: Bool = try row("is_moved")
        let people = NamedPeople(
            owner: try row("moved_owner"), alsoTo: KeptJSON.texts(try row("moved_also_to")))
        moved = isMoved ? people : nil
        facts = KeptJSON.parts(try row("facts"))
        next = try row("next_step")
        dueAt = try row("due_at")
        expiresAt = try row("expires_at")
        happenedAt = try row("happened_at")
    }

    /// Who is named now.
    var named: NamedPeople { moved ?? said }

    /// What of it goes along with its customer.
    var following: NoticeFollowing? { NoticeKind(rawValue: kind)?.following }

    /// The same with who is named now.
    func naming(_ people: NamedPeople) -> NoticeRow {
        var row = self
        row.moved = people == said ? nil : people
        return row
    }

    /// What it says, in the form in which it came, and who is named now.
    ///
    /// - Parameter now: when it happened, when that is not known.
    func content(at now: Timestamp) -> NoticeContent {
        NoticeContent(
            noticeId: id, revision: revision, kind: kind,
            about: NoticeObject(kind: objectKind, source: objectSource, identifier: objectId), severity: severity,
            atStake: atStake, currency: currency, customerId: customerId, businessLine: businessLine, node: node,
            owner: named.owner, alsoTo: named.alsoTo, facts: facts, next: next, dueAt: dueAt, expiresAt: expiresAt,
            happenedAt: happenedAt ?? now)
    }

    /// What of it says whom it is told.
    var addressed: AddressedNotice {
        AddressedNotice(
            objectKind: objectKind, owner: named.owner, alsoTo: named.alsoTo, node: node, dueAt: dueAt)
    }

    /// How it stands.
    var standing: Occasions.Standing {
        Occasions.Standing(
            revision: revision, clearedRevision: clearedRevision, severity: severity.weight, expiresAt: expiresAt)
    }
}

/// Lists that are kept as JSON, as this service has written them itself.
enum KeptJSON {
    /// A list of parts, as it is kept.
    static func text(_ parts: [some Part]) -> String {
        String(decoding: ObjectWriter.array(of: parts), as: UTF8.self)
    }

    /// A list of texts, as it is kept.
    static func text(_ texts: [String]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (place, text) in texts.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            ObjectWriter.append(text, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The parts of a list; those that cannot be read any more are left out.
    static func parts<Value: Part>(_ text: String) -> [Value] {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)) else { return [] }
        return document.root.elements.compactMap { node in
            guard var fields = try? FieldReader(node) else { return nil }
            return try? Value(fields: &fields)
        }
    }

    /// The texts of a list.
    static func texts(_ text: String) -> [String] {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)) else { return [] }
        return document.root.elements.compactMap(\.string)
    }
}
