import Contracts
import Domain
import Postgres
import ServiceKit

/// A complaint as it was reported, with whose it is now.
struct ComplaintCase: Sendable {
    let key: ComplaintKey
    let fingerprint: String
    let customerCode: String
    /// The system whose code that is, when it is another than the complaint's.
    let customerSource: String?
    let customerId: String
    let orderId: String?
    /// The system whose number that is, when it is another than the complaint's.
    let orderSource: String?
    let category: ComplaintCategory
    let severity: ComplaintSeverity
    let openedAt: Timestamp
    let openedBy: String
    /// How often somebody has said whose order it is about.
    var orderSettled = 0

    /// What was said of it is counted: the complaint, its steps, and whose order it is about.
    func revision(_ progress: ComplaintProgress) -> Int { 1 + progress.entries.count + orderSettled }

    /// How it stands by its steps, to be told to others.
    func standing(_ progress: ComplaintProgress) -> ComplaintStanding {
        ComplaintStanding(
            complaintId: key.complaintId, source: key.source, customerId: customerId, customerCode: customerCode,
            customerSource: customerSource, orderId: orderId, orderSource: orderSource, category: category,
            severity: severity, state: progress.state,
            revision: revision(progress), by: progress.by, note: progress.note,
            promisedAt: progress.promisedAt, openedAt: openedAt, at: progress.since)
    }
}

extension ComplaintCase: PostgresRow {
    init(row: inout RowReader) throws(PostgresError) {
        key = ComplaintKey(source: try row("source"), complaintId: try row("complaint_id"))
        fingerprint = try row("fingerprint")
        customerCode = try row("customer_code")
        customerSource = try row("customer_of")
        customerId =
            try row("customer_id", as: String?.self)
            ?? AccountIdentifier.customer(source: customerSource ?? key.source, code: customerCode)
        orderId = try row("order_id")
        orderSource = try row("order_of")
        category = try row("category")
        severity = try row("severity")
        openedAt = try row("opened_at")
        openedBy = try row("opened_by")
        orderSettled = try row("order_settled")
    }
}

extension ComplaintCategory: PostgresDecodable {}
extension ComplaintSeverity: PostgresDecodable {}
extension ComplaintStep: PostgresDecodable {}

/// The SQL of complaints.
enum ComplaintStore {
    /// A step as it is kept.
    struct StoredStep: Sendable {
        let step: ComplaintProgress.Step
        let fingerprint: String
    }

    /// Locks the places where complaints and their steps meet, in their order so that two batches cannot deadlock: a
    /// complaint and its step handled by two copies at once would not see one another.
    static func lock(_ keys: Set<ComplaintKey>, _ transaction: borrowing Transaction) throws {
        try KeyLock.lock("complaint", keys, transaction)
    }

    static func complaints(
        _ keys: Set<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: ComplaintCase] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select c.source, c.complaint_id, c.fingerprint, c.customer_code, a.customer_id, c.order_id, c.category,
                c.severity, c.opened_at, c.opened_by, c.customer_of, c.order_of, c.order_settled
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
            join complaint c using (source, complaint_id)
            left join account a on a.source = c.customer_source and a.code = c.customer_code
            """, as: ComplaintCase.self)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0) })
    }

    static func steps(
        _ keys: Set<ComplaintKey>, _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: [StoredStep]] {
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select s.source, s.complaint_id, s.step_id, s.fingerprint, s.step, s.taken_at, s.taken_by, s.note, s.promise,
                s.on_behalf_of
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.complaintId))) as k(source, complaint_id)
            join complaint_step s using (source, complaint_id)
            """, as: StepRow.self)
        return Dictionary(grouping: rows, by: \.key).mapValues { $0.map(\.step) }
    }

    /// A step with the complaint that it is of.
    private struct StepRow: PostgresRow {
        let key: ComplaintKey
        let step: StoredStep

        init(row: inout RowReader) throws(PostgresError) {
            key = ComplaintKey(source: try row("source"), complaintId: try row("complaint_id"))
            let identifier: String = try row("step_id")
            let fingerprint: String = try row("fingerprint")
            step = StoredStep(
                step: ComplaintProgress.Step(
                    stepId: identifier, step: try row("step"), at: try row("taken_at"), by: try row("taken_by"),
                    note: try row("note"), promise: try row("promise"), onBehalfOf: try row("on_behalf_of")),
                fingerprint: fingerprint)
        }
    }

    /// To which customers the codes belong that some complaints name.
    static func customers(
        _ codes: [(source: String, code: String)], _ transaction: borrowing Transaction
    ) throws -> [ComplaintKey: String] {
        let rows = try transaction.query(
            """
            select distinct a.source, a.code, a.customer_id
            from unnest(\(codes.map(\.source)), \(codes.map(\.code))) as k(source, code) join account a using (source, code)
            """, as: (String, String, String).self)
        return Dictionary(rows.map { (ComplaintKey(source: $0.0, complaintId: $0.1), $0.2) }) { first, _ in first }
    }

    /// Keeps new complaints; what waited for them waits no more.
    static func putComplaints(
        _ rows: [(complaint: ComplaintCase, summary: String, progress: ComplaintProgress)],
        _ transaction: borrowing Transaction
    ) throws {
        let rows = rows.sorted { $0.complaint.key < $1.complaint.key }
        try transaction.queue(
            """
            insert into complaint (source, complaint_id, fingerprint, customer_code, customer_of, order_id, order_of,
                category, severity, opened_at, opened_by, summary, state, state_at, promised_at, revision)
            select * from unnest(
                \(rows.map(\.complaint.key.source)), \(rows.map(\.complaint.key.complaintId)),
                \(rows.map(\.complaint.fingerprint)), \(rows.map(\.complaint.customerCode)),
                \(rows.map(\.complaint.customerSource)), \(rows.map(\.complaint.orderId)),
                \(rows.map(\.complaint.orderSource)), \(rows.map(\.complaint.category.rawValue)),
                \(rows.map(\.complaint.severity.rawValue)),
                \(PostgresValue.timestamps(rows.map(\.complaint.openedAt.description))),
                \(rows.map(\.complaint.openedBy)), \(rows.map(\.summary)), \(rows.map(\.progress.state.rawValue)),
                \(PostgresValue.timestamps(rows.map(\.progress.since.description))),
                \(PostgresValue.timestamps(rows.map(\.progress.promisedAt?.description))),
                \(rows.map { Int32(1 + $0.progress.entries.count) }))
            """)
        try transaction.queue(
            """
            update complaint_step s set is_waiting = false
            from unnest(\(rows.map(\.complaint.key.source)), \(rows.map(\.complaint.key.complaintId)))
                as k(source, complaint_id)
            where s.source = k.source and s.complaint_id = k.complaint_id and s.is_waiting
            """)
    }

    static func putSteps(
        _ rows: [(key: ComplaintKey, step: StoredStep, isWaiting: Bool)], _ transaction: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        let steps = rows.map(\.step.step)
        try transaction.queue(
            """
            insert into complaint_step (source, complaint_id, step_id, fingerprint, step, taken_at, taken_by, note,
                promise, is_waiting, on_behalf_of)
            select * from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.complaintId)), \(steps.map(\.stepId)),
                \(rows.map(\.step.fingerprint)), \(steps.map(\.step.rawValue)),
                \(PostgresValue.timestamps(steps.map(\.at.description))), \(steps.map(\.by)), \(steps.map(\.note)),
                \(PostgresValue.timestamps(steps.map(\.promise?.description))), \(rows.map(\.isWaiting)),
                \(steps.map(\.onBehalfOf)))
            """)
    }

    static func progress(
        _ rows: [ComplaintKey: ComplaintProgress], _ transaction: borrowing Transaction
    ) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.key < $1.key }
        try transaction.queue(
            """
            update complaint c set state = t.state, state_at = t.at, promised_at = t.promised,
                revision = t.revision + c.order_settled
            from unnest(
                \(rows.map(\.key.source)), \(rows.map(\.key.complaintId)), \(rows.map(\.value.state.rawValue)),
                \(PostgresValue.timestamps(rows.map(\.value.since.description))),
                \(PostgresValue.timestamps(rows.map(\.value.promisedAt?.description))),
                \(rows.map { Int32(1 + $0.value.entries.count) }))
                as t(source, complaint_id, state, at, promised, revision)
            where c.source = t.source and c.complaint_id = t.complaint_id
            """)
    }

    /// Whose a complaint is: of who has taken it down, of who has it, of who looks after the account, and
    /// where the order is delivered.
    static let subjects = ActSubjects([.complaint: homes(DeliveryStore.accounts.home("a"))])

    private static func homes(_ account: (owner: SQL, branch: SQL)) -> SQL {
        """
        select n.source, n.identifier, h.owner, h.branch, h.day, h.line
        from named n join complaint c on c.source = n.source and c.complaint_id = n.identifier
        cross join lateral (
            select c.opened_by as owner, null::text as branch, null::date as day, null::text as line
            union all
            select c.agent, null, null, null where c.agent is not null
            union all
            select \(account.owner), \(account.branch), null, null from account a
            where a.source = c.customer_source and a.code = c.customer_code
            union all
            select null, d.branch, \(SQL.day(of: "coalesce(d.completed_at, d.promised_at)")), d.business_line
            from delivery d where d.source = coalesce(c.order_of, c.source) and d.order_id = c.order_id
        ) h
        """
    }
}
