import Domain
import Foundation
import LeadScoring
import Postgres
import ServiceKit
import Synchronization

/// A lead as scores are learnt of it.
struct LearntLead: Sendable {
    let leadId: String
    let features: LeadFeatures
    let capturedAt: Timestamp
    let convertedAt: Timestamp?
    /// What it is expected to earn, and in which currency.
    let margin: FixedDecimal?
    let currency: String?
}

/// The SQL of what scores are made by.
enum LeadModelStore {
    private static let kept = Mutex<[String: LeadModel]>([:])
    private static let most = 16

    /// By what leads of some days are scored: what was known before each, as far as anything was.
    static func models(
        for days: Set<CalendarDay>, _ transaction: borrowing Transaction
    ) throws -> [CalendarDay: LeadModel] {
        let sorted = days.sorted()
        let found = try transaction.query(
            """
            select d.day, m.day, m.mark from unnest(\(sorted)) as d(day)
            cross join lateral (
                select l.day, l.mark from lead_model l where l.day <= d.day order by l.day desc limit 1
            ) m
            """, as: (CalendarDay, CalendarDay, String).self)
        var models: [String: LeadModel] = kept.withLock { kept in kept }
        let missing = Dictionary(found.map { ($0.2, $0.1) }) { first, _ in first }.filter { models[$0.key] == nil }
        if !missing.isEmpty {
            let read = try transaction.query(
                "select m.mark, m.model from lead_model m where m.day = any(\(missing.values.sorted()))",
                as: (String, String).self)
            for (mark, text) in read {
                models[mark] = try JSONDecoder().decode(LeadModel.self, from: Data(text.utf8))
            }
            let fresh = models
            kept.withLock { kept in kept = fresh.count > most ? [:] : fresh }
        }
        return Dictionary(found.compactMap { row in models[row.2].map { (row.0, $0) } }) { first, _ in first }
    }

    /// Keeps by what leads are scored from a day on; what was kept before stays.
    static func put(
        _ model: LeadModel, learnt: Int, from day: CalendarDay, _ transaction: borrowing Transaction
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(model)
        let text = String(decoding: data, as: UTF8.self)
        try transaction.queue(
            """
            insert into lead_model (day, mark, learnt, model)
            values (\(day), \(String.of(content: Array(data))), \(Int32(learnt)), \(text))
            on conflict do nothing
            """)
    }

    /// The leads that are learnt of by a time, the latest of them.
    static func leads(
        from first: Timestamp, to last: Timestamp, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [LearntLead] {
        try transaction.query(
            """
            select l.lead_id, c.source, c.channel, c.campaign, c.business_line, c.branch, c.attributes::text as attributes,
                c.captured_at, l.converted_at, l.expected_margin, l.currency
            from (
                select k.lead_id, k.converted_at, k.expected_margin, k.currency from lead k
                where k.merged_into is null and k.first_at >= \(first) and k.first_at <= \(last)
                order by k.first_at desc, k.lead_id limit \(unsafe: "\(limit)")
            ) l
            cross join lateral (
                select * from lead_capture t where t.lead_id = l.lead_id
                order by t.captured_at, t.source, t.capture_id limit 1
            ) c
            """, as: LearntLead.self)
    }
}

extension LearntLead: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        leadId = try row("lead_id")
        features = LeadFeatures(
            source: try row("source"), channel: try row("channel"), campaign: try row("campaign"),
            line: try row("business_line"), branch: try row("branch"), attributes: try row("attributes"))
        capturedAt = try row("captured_at")
        convertedAt = try row("converted_at")
        margin = try row("expected_margin")
        currency = try row("currency")
    }
}
