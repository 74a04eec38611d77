import Contracts
import Domain
import Postgres
import ServiceKit

/// Where a delivery is counted.
struct PerformancePlace: Hashable, Comparable, Sendable {
    let source: String
    let customerCode: String
    let branch: String
    let businessLine: String
    let day: CalendarDay

    /// Byte for byte, as the table has it: what only looks alike is counted apart.
    static func == (first: PerformancePlace, second: PerformancePlace) -> Bool {
        first.day == second.day && first.texts.hasSameBytes(as: second.texts)
    }

    private var texts: [String] { [source, customerCode, branch, businessLine] }

    static func < (first: PerformancePlace, second: PerformancePlace) -> Bool {
        (first.source, first.customerCode, first.branch, first.businessLine, first.day)
            < (second.source, second.customerCode, second.branch, second.businessLine, second.day)
    }
}

/// What an order adds to the counts.
struct DeliveryCount: Equatable, Sendable {
    let place: PerformancePlace
    let verdict: DeliveryPolicy.Verdict
}

/// An order with all that is known of its delivery.
struct DeliveryRow: PostgresRow, Sendable {
    let source: String
    let orderId: String
    let standing: OrderStanding
    let customerCode: String
    let customerId: String
    let branch: String
    let businessLine: String
    let promisedAt: Timestamp?
    let quantity: FixedDecimal?
    let completedAt: Timestamp
    let onTime: Bool?
    let damaged: Bool?
    let delivered: FixedDecimal?
    /// What the counts hold of it; it is taken from exactly there when anything about it changes.
    let counted: DeliveryCount?
    let hasSurvey: Bool

    init(row: inout RowReader) throws(PostgresError) {
        source = try row("source")
        orderId = try row("order_id")
        standing = OrderStanding(
            contentRevision: try row("order_revision"), cancelledRevision: try row("cancelled_revision"))
        customerCode = try row("customer_code")
        customerId =
            try row("customer_id", as: String?.self) ?? AccountIdentifier.customer(source: source, code: customerCode)
        branch = try row("branch")
        businessLine = try row("business_line")
        promisedAt = try row("promised_at")
        quantity = try row("quantity")
        completedAt = try row("completed_at")
        onTime = try row("on_time")
        damaged = try row("damaged")
        delivered = try row("quantity_delivered")
        hasSurvey = try row("has_survey")
        if let day = try row("counted_day", as: CalendarDay?.self) {
            counted = DeliveryCount(
                place: PerformancePlace(
                    source: source, customerCode: try row("counted_customer"), branch: try row("counted_branch"),
                    businessLine: try row("counted_line"), day: day),
                verdict: DeliveryPolicy.Verdict(
                    isLate: try row("counted_late"), isDamaged: try row("counted_damaged"),
                    isShort: try row("counted_short")))
        } else {
            counted = nil
        }
    }
}

/// The SQL of deliveries.
enum DeliveryStore {
    /// The copy of whose each account is.
    static let accounts = AccountReplica(keeping: [.branch, .salesOwner])
    /// Whose an order is: of who looks after the account, and where it is delivered.
    static let subjects = ActSubjects(statements)

    private static var statements: [ActSubject: SQL] {
        var statements = accounts.subjects
        statements[.order] = """
            select n.source, n.identifier, \(accounts.home("a").owner), d.branch,
                coalesce(d.counted_day, \(SQL.day(of: "coalesce(d.completed_at, d.promised_at)"))), d.business_line
            from named n join delivery d on d.source = n.source and d.order_id = n.identifier
            left join account a on a.source = d.source and a.code = d.customer_code
            """
        return statements
    }
    /// How the orders stand whose deliveries they are.
    static let orders = OrderReplica("delivery", content: "order_revision")

    /// A column as the latest revision has it.
    private static func latest(_ column: SQL) -> SQL {
        "case when excluded.order_revision > delivery.order_revision then excluded.\(column) else delivery.\(column) end"
    }

    /// The lowest revision of an order that has come. Of one that was known before that was kept, it is the one known then.
    private static let booked: SQL = "coalesce(delivery.booked_revision, nullif(delivery.order_revision, 0))"

    /// Writes down orders as their highest revisions have them, and what was promised by the lowest.
    static func putOrders(
        _ orders: [(source: String, order: Order)], in organisation: Organisation,
        _ transaction: borrowing Transaction
    ) throws {
        func key(_ row: (source: String, order: Order)) -> OrderKey {
            OrderKey(source: row.source, orderId: row.order.orderId)
        }
        let rows = orders.onePerKey(key) { $0.order.revision > $1.order.revision }.map(\.value)
        // Several revisions may come at once, though they hardly do; both are in the order of the keys.
        let first =
            rows.count == orders.count
            ? rows.map(\.order) : orders.onePerKey(key) { $0.order.revision < $1.order.revision }.map(\.value.order)
        try transaction.queue(
            """
            insert into delivery (source, order_id, order_revision, customer_code, branch, branch_known, business_line,
                promised_at, quantity, booked_revision, booked_promise)
            select source, order_id, revision, customer_code, branch, known, business_line, promised::timestamptz,
                quantity, booked, first_promise::timestamptz
            from unnest(
                \(rows.map(\.source)), \(rows.map(\.order.orderId)), \(rows.map { Int32($0.order.revision) }),
                \(rows.map(\.order.customer.code)), \(rows.map(\.order.branch)),
                \(rows.map { organisation.branch($0.order.branch, on: $0.order.placedAt.day()) != nil }),
                \(rows.map(\.order.businessLine)), \(rows.map(\.order.promisedAt?.description)),
                \(rows.map { DeliveryPolicy.quantity(of: $0.order.lines) }), \(first.map { Int32($0.revision) }),
                \(first.map(\.promisedAt?.description)))
                as t(source, order_id, revision, customer_code, branch, known, business_line, promised, quantity,
                    booked, first_promise)
            on conflict (source, order_id) do update set
                order_revision = greatest(excluded.order_revision, delivery.order_revision),
                customer_code = \(latest("customer_code")), branch = \(latest("branch")),
                branch_known = \(latest("branch_known")), business_line = \(latest("business_line")),
                promised_at = \(latest("promised_at")), quantity = \(latest("quantity")),
                -- Rows that an earlier release counted do not say where: they stand where the order stood until now.
                counted_customer = coalesce(
                    delivery.counted_customer, case when delivery.counted_day is not null then delivery.customer_code end),
                counted_branch = coalesce(
                    delivery.counted_branch, case when delivery.counted_day is not null then delivery.branch end),
                counted_line = coalesce(
                    delivery.counted_line, case when delivery.counted_day is not null then delivery.business_line end),
                booked_revision = least(excluded.booked_revision, \(booked)),
                booked_promise = case
                    when excluded.booked_revision < \(booked) or \(booked) is null then excluded.booked_promise
                    when delivery.booked_revision is null then delivery.promised_at
                    else delivery.booked_promise end
            where excluded.order_revision > delivery.order_revision or excluded.booked_revision < \(booked)
            """)
    }

    /// Writes down how orders were delivered, also such that have not come; the highest revision of each counts.
    static func putCompletions(
        _ completions: [(key: OrderKey, body: OrderCompleted)], _ transaction: borrowing Transaction
    ) throws {
        let sorted = completions.onePerKey(\.key) { $0.body.revision > $1.body.revision }
        let rows = sorted.map(\.value.body)
        try transaction.queue(
            """
            insert into delivery (source, order_id, done_revision, completed_at, on_time, damaged, quantity_delivered)
            select source, order_id, revision, completed, on_time, damaged, quantity::numeric
            from unnest(
                \(sorted.map(\.key.source)), \(sorted.map(\.key.orderId)), \(rows.map { Int32($0.revision) }),
                \(rows.map { PostgresValue.timestamp($0.completedAt.description) }), \(rows.map(\.onTime)),
                \(rows.map(\.damaged)), \(rows.map(\.quantityDelivered?.description)))
                as t(source, order_id, revision, completed, on_time, damaged, quantity)
            on conflict (source, order_id) do update set
                done_revision = excluded.done_revision, completed_at = excluded.completed_at,
                on_time = excluded.on_time, damaged = excluded.damaged,
                quantity_delivered = excluded.quantity_delivered
            where excluded.done_revision > delivery.done_revision
            """)
    }

    /// Orders of a batch that are both known and completed, cancelled ones too.
    static func complete(
        _ keys: [(source: String, orderId: String)], _ transaction: borrowing Transaction
    ) throws -> [DeliveryRow] {
        try transaction.query(
            """
            select d.source, d.order_id, d.order_revision,
                -- An earlier release that runs beside this one writes no revision of a cancellation.
                case when d.is_cancelled and d.cancelled_revision = 0 then d.order_revision
                    else d.cancelled_revision end as cancelled_revision,
                d.customer_code, a.customer_id, d.branch, d.business_line, d.promised_at, d.quantity, d.completed_at,
                d.on_time, d.damaged, d.quantity_delivered,
                coalesce(d.counted_customer, d.customer_code) as counted_customer,
                coalesce(d.counted_branch, d.branch) as counted_branch,
                coalesce(d.counted_line, d.business_line) as counted_line, d.counted_day, d.counted_late,
                coalesce(d.counted_damaged, false) as counted_damaged,
                coalesce(d.counted_short, false) as counted_short, d.survey_id is not null as has_survey
            from (select distinct * from unnest(\(keys.map(\.source)), \(keys.map(\.orderId)))
                as t(source, order_id)) k
            join delivery d on d.source = k.source and d.order_id = k.order_id
            left join account a on a.source = d.source and a.code = d.customer_code
            where d.order_revision > 0 and d.done_revision > 0
            order by d.source, d.order_id
            for update of d
            """, as: DeliveryRow.self)
    }

    /// Takes deliveries from where they are counted and counts them where they belong now.
    ///
    /// - Parameter moves: each order with what it is to add from now on, `nil` for nothing.
    static func count(
        _ moves: [(row: DeliveryRow, count: DeliveryCount?)], _ transaction: borrowing Transaction
    ) throws {
        guard !moves.isEmpty else { return }
        var deltas: [PerformancePlace: [Int32]] = [:]
        func add(_ count: DeliveryCount?, _ sign: Int32) {
            guard let count else { return }
            var delta = deltas[count.place] ?? [0, 0, 0, 0]
            delta[0] += sign
            delta[1] += count.verdict.isLate ?? false ? sign : 0
            delta[2] += count.verdict.isDamaged ? sign : 0
            delta[3] += count.verdict.isShort ? sign : 0
            deltas[count.place] = delta
        }
        for (row, count) in moves {
            add(row.counted, -1)
            add(count, 1)
        }
        let sorted = deltas.filter { $0.value.contains { $0 != 0 } }.inKeyOrder()
        if !sorted.isEmpty {
            try transaction.queue(
                """
                insert into performance (source, customer_code, branch, business_line, day, completed, late, damaged,
                    short)
                select source, code, branch, line, date '1970-01-01' + day, completed, late, damaged, short
                from unnest(
                    \(sorted.map(\.key.source)), \(sorted.map(\.key.customerCode)), \(sorted.map(\.key.branch)),
                    \(sorted.map(\.key.businessLine)), \(sorted.map(\.key.day.daysSinceEpoch)),
                    \(sorted.map { $0.value[0] }), \(sorted.map { $0.value[1] }), \(sorted.map { $0.value[2] }),
                    \(sorted.map { $0.value[3] }))
                    as t(source, code, branch, line, day, completed, late, damaged, short)
                on conflict (source, customer_code, branch, business_line, day) do update set
                    completed = performance.completed + excluded.completed, late = performance.late + excluded.late,
                    damaged = performance.damaged + excluded.damaged, short = performance.short + excluded.short
                """)
        }
        try transaction.queue(
            """
            update delivery d set counted_customer = t.customer, counted_branch = t.branch, counted_line = t.line,
                counted_day = date '1970-01-01' + t.day, counted_late = t.late, counted_damaged = t.damaged,
                counted_short = t.short
            from unnest(
                \(moves.map(\.row.source)), \(moves.map(\.row.orderId)), \(moves.map(\.count?.place.customerCode)),
                \(moves.map(\.count?.place.branch)), \(moves.map(\.count?.place.businessLine)),
                \(moves.map(\.count?.place.day.daysSinceEpoch)), \(moves.map { $0.count?.verdict.isLate }),
                \(moves.map(\.count?.verdict.isDamaged)), \(moves.map(\.count?.verdict.isShort)))
                as t(source, order_id, customer, branch, line, day, late, damaged, short)
            where d.source = t.source and d.order_id = t.order_id
            """)
    }

    /// When each of some customers was asked last, under whatever of its codes and before whatever merger; locked against
    /// another copy of the service.
    static func lastAsked(
        _ customers: [String], _ transaction: borrowing Transaction
    ) throws -> [String: Timestamp] {
        try KeyLock.lock("survey", customers.map { [$0] }, transaction)
        let rows = try transaction.query(
            """
            select customer, max(requested_at) from (
                select customer_id as customer, requested_at from survey where customer_id = any(\(customers))
                union all
                select a.customer_id, s.requested_at
                from account a join survey s on s.source = a.source and s.customer_code = a.code
                where a.customer_id = any(\(customers))
            ) asked group by customer
            """, as: (String, Timestamp).self)
        return Dictionary(uniqueKeysWithValues: rows)
    }

    static func putSurveys(
        _ asked: [(survey: SurveyRequested, invitation: SurveyInvited?)], _ transaction: borrowing Transaction
    ) throws {
        guard !asked.isEmpty else { return }
        let (surveys, invitations) = (asked.map(\.survey), asked.map(\.invitation))
        try transaction.queue(
            """
            with new as (
                insert into survey (survey_id, source, order_id, customer_id, rule, requested_at, customer_code, branch,
                    business_line, token_mark, expires_at, held_why)
                select * from unnest(
                    \(surveys.map(\.surveyId)), \(surveys.map(\.source)), \(surveys.map(\.orderId)),
                    \(surveys.map(\.customerId)), \(surveys.map(\.rule)),
                    \(PostgresValue.timestamps(surveys.map(\.requestedAt.description))),
                    \(surveys.map(\.customerCode)), \(surveys.map(\.branch)), \(surveys.map(\.businessLine)),
                    \(invitations.map { $0.map { SurveyToken(text: $0.token).mark } }),
                    \(invitations.map { $0?.expiresAt }),
                    \(invitations.map { $0 == nil ? SurveyConsentStore.noConsent : nil }))
                returning survey_id, source, order_id
            )
            update delivery d set survey_id = new.survey_id from new
            where d.source = new.source and d.order_id = new.order_id
            """)
    }

}
