import Contracts
import Domain
import Postgres
import ServiceKit

/// A capture as it is kept.
struct StoredCapture: Sendable {
    let key: CaptureKey
    let body: LeadCaptured
    /// What it says, in short.
    let fingerprint: String
    /// The lead that it is a touch of.
    let leadId: String
    /// Whether the lead came into being by it.
    let isFirst: Bool
    let joinedBy: LeadEvidence?
    let probability: Double
    let grade: LeadGrade?
}

/// The SQL of captures and of what they are found by.
enum LeadCaptureStore {
    /// What was said before under some keys, in short.
    static func known(
        _ keys: Set<CaptureKey>, _ transaction: borrowing Transaction
    ) throws -> [CaptureKey: String] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select c.source, c.capture_id, c.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.identifier))) as k(source, capture_id)
            join lead_capture c using (source, capture_id)
            """, as: (String, String, String).self)
        return Dictionary(rows.map { (CaptureKey(source: $0.0, identifier: $0.1), $0.2) }) { first, _ in first }
    }

    /// Whose some keys are.
    static func leads(
        of keys: Set<LeadKey>, _ transaction: borrowing Transaction
    ) throws -> [LeadKey: String] {
        guard !keys.isEmpty else { return [:] }
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select k.place - 1, l.lead_id
            from unnest(\(sorted.map(\.kind.rawValue)), \(sorted.map(\.value))) with ordinality as k(kind, value, place)
            join lead_key l on l.kind = k.kind and l.value = k.value
            """, as: (Int, String).self)
        return Dictionary(rows.map { (sorted[$0.0], $0.1) }) { first, _ in first }
    }

    /// Writes keys that were not known before.
    static func put(_ keys: [(key: LeadKey, lead: String)], _ transaction: borrowing Transaction) throws {
        guard !keys.isEmpty else { return }
        let rows = keys.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            insert into lead_key (kind, value, lead_id)
            select * from unnest(\(rows.map(\.key.kind.rawValue)), \(rows.map(\.key.value)), \(rows.map(\.lead)))
            """)
    }

    /// Gives what is of leads that turned out to be others to these.
    static func move(_ merged: [(from: String, into: String)], _ transaction: borrowing Transaction) throws {
        guard !merged.isEmpty else { return }
        for table in ["lead_key", "lead_capture"] {
            try transaction.queue(
                """
                update \(unsafe: table) t set lead_id = m.latter
                from unnest(\(merged.map(\.from)), \(merged.map(\.into))) as m(former, latter)
                where t.lead_id = m.former
                """)
        }
    }

    /// Keeps captures.
    static func put(
        _ captures: [StoredCapture], at now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        guard !captures.isEmpty else { return }
        let rows = captures.sorted { $0.key < $1.key }
        let bodies = rows.map(\.body)
        try transaction.queue(
            """
            insert into lead_capture (source, capture_id, lead_id, fingerprint, is_first, joined_by, channel, campaign,
                company, credit_code, contact_name, email, phone, customer_source, customer_code, business_line, branch,
                attributes, note, consent, said_by, probability, grade, captured_at, stored_at)
            select t.*, \(now) from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.identifier)), \(rows.map(\.leadId)),
                \(rows.map(\.fingerprint)), \(rows.map(\.isFirst)), \(rows.map { $0.joinedBy?.rawValue }),
                \(bodies.map(\.channel.rawValue)), \(bodies.map(\.campaign)), \(bodies.map(\.company)),
                \(bodies.map(\.creditCode)), \(bodies.map(\.contactName)), \(bodies.map(\.email)),
                \(bodies.map(\.phone)),
                \(rows.map { row in row.body.customer.map { $0.source ?? row.key.source } }),
                \(bodies.map { $0.customer?.code }), \(bodies.map(\.businessLine)), \(bodies.map(\.branch)),
                \(PostgresValue.jsons(
                    bodies.map { String(decoding: ObjectWriter.array(of: $0.attributes), as: UTF8.self) })), \(bodies.map(\.text)),
                \(bodies.map { $0.consent?.rawValue }), \(bodies.map(\.by)), \(rows.map(\.probability)),
                \(rows.map { $0.grade?.rawValue }), \(bodies.map(\.capturedAt))) as t
            """)
    }
}
