import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of complaints.
enum ComplaintQueries {
    static let all = [
        Query(ServiceDeskQuestions.complaints, list), Query(ServiceDeskQuestions.complaint, show),
        Query(ServiceDeskQuestions.settledOrders, ComplaintOrderStore.list),
    ]

    /// Those of a customer follow it when it is merged: it is asked for by any of its codes, or by itself.
    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        let customer = arguments["customer"].postgresBind
        let accounts = try arguments.accounts(
            among: "select customer_source as source, customer_code as code from complaint", transaction)
        let scope: SQL =
            if let accounts {
                """
                (c.customer_source, c.customer_code) in (
                    select * from unnest(\(accounts.map(\.source)), \(accounts.map(\.code))))
                """
            } else {
                "c.customer_source = coalesce(\(arguments["source"].postgresBind), c.customer_source)"
            }
        return [
            try arguments.table(
                "complaints",
                """
                select c.opened_at, c.severity, c.category, c.state, c.state_at, c.promised_at, c.source,
                    c.customer_code, a.customer_id, c.order_id, c.complaint_id, c.summary, c.state = 'closed' as is_closed,
                    coalesce(array_position(array['critical', 'major', 'minor'], c.severity), 9) as urgency
                from complaint c left join account a on a.source = c.customer_source and a.code = c.customer_code
                where c.severity = coalesce(\(arguments["severity"]), c.severity)
                    and c.category = coalesce(\(arguments["category"]), c.category)
                    and (\(state) = 'all' or (\(state) = 'open' and c.state <> 'closed') or c.state = \(state))
                    and \(scope)
                """, transaction),
            try arguments.table(
                "steps that wait for their complaint",
                """
                select taken_at, step, taken_by, source, complaint_id, step_id from complaint_step
                where is_waiting and \(customer)::text is null
                """, transaction),
        ]
    }

    static func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let complaintId = try arguments.required("complaintId")
        let source = arguments["source"].postgresBind
        let at = try arguments.time("at")
        let known = try arguments.table(
            "complaint",
            """
            select c.source, c.complaint_id, c.customer_code, a.customer_id, c.order_id, c.category, c.severity,
                c.opened_at, c.opened_by, c.summary, c.state, c.state_at, c.promised_at, c.revision,
                case when c.order_id is not null then coalesce(c.order_of, c.source) end as order_source
            from complaint c left join account a on a.source = c.customer_source and a.code = c.customer_code
            where c.complaint_id = \(complaintId) and (\(source)::text is null or c.source = \(source))
            order by c.source
            """, transaction)
        let sources = try transaction.query(
            """
            select source from complaint where complaint_id = \(complaintId)
            union select source from complaint_step where complaint_id = \(complaintId)
            union select source from complaint_wait where complaint_id = \(complaintId)
            """, as: String.self
        ).filter { arguments["source"] == nil || arguments["source"] == $0 }
        let keys = Set(sources.map { ComplaintKey(source: $0, complaintId: complaintId) })
        let complaints = try ComplaintStore.complaints(keys, transaction)
        var (steps, stays): ([[String?]], [[String?]]) = ([], [])
        let taken = try ComplaintStore.steps(keys, transaction)
        for (key, stored) in taken.sorted(by: { $0.key < $1.key }) where complaints[key] == nil {
            steps += stored.map(\.step).sorted { ($0.at, $0.stepId) < ($1.at, $1.stepId) }
                .map { row($0, key, "waits for its complaint") }
        }
        for (key, complaint) in complaints.sorted(by: { $0.key < $1.key }) {
            let progress = ComplaintProgress(
                openedAt: complaint.openedAt, openedBy: complaint.openedBy, (taken[key] ?? []).map(\.step))
            steps += progress.entries.map { row($0.step, key, $0.objection ?? "counts") }
            stays += progress.stays.map { stay in
                let end = stay.until ?? (stay.state == .closed ? nil : max(at, stay.from))
                let seconds = end.map { ($0.microsecondsSinceEpoch - stay.from.microsecondsSinceEpoch) / 1_000_000 }
                return [
                    key.source, stay.state.rawValue, shown(stay.from), stay.until.map(shown), seconds.map(String.init),
                ]
            }
        }
        return [
            known,
            try arguments.table("steps", rows: steps), try arguments.table("states", rows: stays),
        ] + (try time(of: keys, complaints, taken, at, arguments, transaction))
    }

    /// Who was waited for, and what the customer was promised.
    private static func time(
        of keys: Set<ComplaintKey>, _ complaints: [ComplaintKey: ComplaintCase],
        _ taken: [ComplaintKey: [ComplaintStore.StoredStep]], _ at: Timestamp, _ arguments: QueryArguments,
        _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        var (waits, promises): ([[String?]], [[String?]]) = ([], [])
        let said = try WaitStore.waits(keys, transaction)
        func row(_ wait: ComplaintWaits.Wait, _ key: ComplaintKey, _ counts: String) -> [String?] {
            [
                key.source, shown(wait.at), wait.waiting.rawValue, wait.reason?.rawValue, wait.until.map(shown),
                wait.by,
                wait.note, counts, wait.waitId, wait.onBehalfOf,
            ]
        }
        for key in keys.sorted() {
            guard let complaint = complaints[key] else {
                waits += (said[key] ?? []).map { row($0.wait, key, "waits for its complaint") }.sorted {
                    ($0[1] ?? "", $0[8] ?? "") < ($1[1] ?? "", $1[8] ?? "")
                }
                continue
            }
            let history = ComplaintHistory(
                openedAt: complaint.openedAt, openedBy: complaint.openedBy, (taken[key] ?? []).map(\.step),
                (said[key] ?? []).map(\.wait))
            waits += history.waits.entries.map { row($0.wait, key, $0.objection ?? "counts") }
            promises += history.promises.map { promise in
                [
                    key.source, shown(promise.madeAt), shown(promise.promisedAt), promise.state(at: at).rawValue,
                    promise.heardAt.map(shown),
                ]
            }
        }
        return [
            try arguments.table("waits", rows: waits), try arguments.table("promises", rows: promises),
        ]
    }

    private static func row(_ step: ComplaintProgress.Step, _ key: ComplaintKey, _ counts: String) -> [String?] {
        [
            key.source, shown(step.at), step.step.rawValue, step.by, step.note, step.promise.map(shown), counts,
            step.stepId, step.onBehalfOf,
        ]
    }

    private static func shown(_ time: Timestamp) -> String { time.inZone().description }
}
