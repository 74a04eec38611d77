import Contracts
import Domain
import Postgres
import ServiceKit

extension BulletinMeasure: PostgresDecodable {}
extension BulletinStep: PostgresDecodable {}
extension ExclusionCode: PostgresDecodable {}

/// Which bulletin: whose, and of which month.
struct BulletinName: Hashable, Sendable, Comparable {
    let customerId: String
    let month: CalendarDay

    static func < (one: BulletinName, other: BulletinName) -> Bool {
        one.month == other.month ? one.customerId.compareBytes(with: other.customerId) < 0 : one.month < other.month
    }
}

/// The SQL of bulletins.
enum BulletinStore {
    /// A bulletin as it was signed.
    struct Signed: Sendable {
        let document: BulletinDocument
        let text: String
        let signature: String
        let objectionId: String?
    }

    /// What a step is known by.
    struct StepKey: Hashable, Sendable {
        let bulletin: BulletinName
        let stepId: String
    }

    /// Customers whose month is to be told and was not, those behind one alone.
    static func untold(
        _ month: CalendarDay, after customer: String, limit: Int, _ transaction: borrowing Transaction
    ) throws -> [String] {
        try transaction.query(
            """
            select distinct a.customer_id
            from performance p join account a on a.source = p.source and a.code = p.customer_code
            where p.day >= \(month) and p.day < \(BulletinPolicy.next(after: month)) and p.completed > 0
                and a.customer_id > \(customer)
                and not exists (select from bulletin b where b.customer_id = a.customer_id and b.month = \(month))
            order by 1 limit \(Int32(limit))
            """, as: String.self)
    }

    /// Locks bulletins: of two that would make the same version one has to see the other.
    static func lock(_ bulletins: some Sequence<BulletinName>, _ transaction: borrowing Transaction) throws {
        try KeyLock.lock(
            "bulletin", Set(bulletins).sorted().map { [$0.customerId, $0.month.description] }, transaction)
    }

    /// A customer's deliveries of a month, each with what is measured by it. The condition names the customers as `a`.
    static func deliveries(of month: CalendarDay, _ condition: SQL) -> SQL {
        """
        select a.customer_id, d.source, d.order_id, d.completed_at,
            case when d.booked_revision is null then d.promised_at else d.booked_promise end as booked_promise,
            d.quantity, d.quantity_delivered, d.damaged, x.code as exclusion
        from account a join delivery d on d.source = a.source and d.customer_code = a.code
        left join delivery_exclusion x on x.source = d.source and x.order_id = d.order_id
        where \(condition) and d.counted_day >= \(month) and d.counted_day < \(BulletinPolicy.next(after: month))
        """
    }

    private struct CountRow: PostgresRow {
        let customerId: String
        let exclusion: ExclusionCode?
        let deliveries: Int
        let counts: [BulletinMeasure: BulletinCount]

        init(row: inout RowReader) throws(PostgresError) {
            customerId = try row("customer_id")
            exclusion = try row("exclusion")
            deliveries = try row("deliveries")
            counts = [
                .onTime: BulletinCount(numerator: try row("in_time"), denominator: try row("promised")),
                .inFull: BulletinCount(numerator: try row("full"), denominator: try row("measured")),
                .damage: BulletinCount(numerator: try row("damaged"), denominator: try row("looked_at")),
            ]
        }
    }

    /// What the deliveries of a month come to, by customer.
    static func tallies(
        of customers: [String], _ month: CalendarDay, _ transaction: borrowing Transaction
    ) throws -> [String: BulletinTally] {
        let rows = try transaction.query(
            """
            select t.customer_id, t.exclusion, count(*)::integer as deliveries,
                count(t.booked_promise)::integer as promised,
                (count(*) filter (where t.completed_at <= t.booked_promise))::integer as in_time,
                (count(*) filter (where t.quantity is not null and t.quantity_delivered is not null))::integer
                    as measured,
                (count(*) filter (where t.quantity_delivered >= t.quantity))::integer as full,
                count(t.damaged)::integer as looked_at, (count(*) filter (where t.damaged))::integer as damaged
            from (\(deliveries(of: month, "a.customer_id = any(\(customers))"))) t
            group by 1, 2
            """, as: CountRow.self)
        var tallies: [String: BulletinTally] = [:]
        for row in rows {
            var tally = tallies[row.customerId] ?? BulletinTally()
            for (measure, count) in row.counts {
                tally.all[measure, default: BulletinCount()].add(count)
                if row.exclusion == nil { tally.kept[measure, default: BulletinCount()].add(count) }
            }
            if let code = row.exclusion { tally.exclusions[code, default: 0] += row.deliveries }
            tallies[row.customerId] = tally
        }
        return tallies
    }

    /// Keeps bulletins with their figures.
    static func put(_ bulletins: [Signed], _ transaction: borrowing Transaction) throws {
        guard !bulletins.isEmpty else { return }
        let documents = bulletins.map(\.document)
        try transaction.queue(
            """
            insert into bulletin (customer_id, month, version, document, signature, key_id, published_at,
                objections_until, objection_id)
            select * from unnest(
                \(documents.map(\.customerId)), \(documents.map(\.month)), \(documents.map { Int32($0.version) }),
                \(bulletins.map(\.text)), \(bulletins.map(\.signature)), \(documents.map(\.keyId)),
                \(documents.map(\.publishedAt)), \(documents.map(\.objectionsUntil)),
                \(bulletins.map(\.objectionId)))
            """)
        let figures = documents.flatMap { document in document.figures.map { (document: document, figure: $0) } }
        try transaction.queue(
            """
            insert into bulletin_figure (customer_id, month, version, measure, numerator, denominator, per, figure, low,
                high, excluded, numerator_of_all, denominator_of_all, figure_of_all)
            select * from unnest(
                \(figures.map(\.document.customerId)), \(figures.map(\.document.month)),
                \(figures.map { Int32($0.document.version) }), \(figures.map(\.figure.measure.rawValue)),
                \(figures.map { Int32($0.figure.numerator) }), \(figures.map { Int32($0.figure.denominator) }),
                \(figures.map { Int32($0.figure.per) }), \(figures.map(\.figure.figure)), \(figures.map(\.figure.low)),
                \(figures.map(\.figure.high)), \(figures.map { Int32($0.figure.excluded) }),
                \(figures.map { Int32($0.figure.numeratorOfAll) }),
                \(figures.map { Int32($0.figure.denominatorOfAll) }), \(figures.map(\.figure.figureOfAll)))
            """)
    }

    // MARK: Objections

    /// How some bulletins stand.
    static func standings(
        of bulletins: Set<BulletinName>, _ transaction: borrowing Transaction
    ) throws -> [BulletinName: BulletinStanding] {
        let sorted = bulletins.sorted()
        let found = try transaction.query(
            """
            select distinct on (b.customer_id, b.month) b.customer_id, b.month, b.version, b.objections_until,
                array_to_string(array(
                    select f.measure from bulletin_figure f
                    where f.customer_id = b.customer_id and f.month = b.month and f.version = b.version), ' ') as measures
            from unnest(\(sorted.map(\.customerId)), \(sorted.map(\.month))) as k(customer_id, month)
            join bulletin b using (customer_id, month)
            order by b.customer_id, b.month, b.version desc
            """, as: StandingRow.self)
        var standings = Dictionary(found.map { ($0.bulletin, $0.standing) }) { first, _ in first }
        let objections = try transaction.query(
            """
            select s.customer_id, s.month, s.step_id, s.measure, s.note, s.taken_by, exists (
                select from bulletin_step a
                where a.customer_id = s.customer_id and a.month = s.month and a.objection_id = s.step_id) as is_answered
            from unnest(\(sorted.map(\.customerId)), \(sorted.map(\.month))) as k(customer_id, month)
            join bulletin_step s using (customer_id, month)
            where s.step = 'objected'
            """, as: ObjectionRow.self)
        for row in objections { standings[row.bulletin]?.objections[row.stepId] = row.objection }
        return standings
    }

    private struct StandingRow: PostgresRow {
        let bulletin: BulletinName
        let standing: BulletinStanding

        init(row: inout RowReader) throws(PostgresError) {
            bulletin = BulletinName(customerId: try row("customer_id"), month: try row("month"))
            let measures: String = try row("measures")
            standing = BulletinStanding(
                version: try row("version"), objectionsUntil: try row("objections_until"),
                measures: Set(measures.split(separator: " ").compactMap { BulletinMeasure(rawValue: String($0)) }))
        }
    }

    private struct ObjectionRow: PostgresRow {
        let bulletin: BulletinName
        let stepId: String
        let objection: BulletinObjection

        init(row: inout RowReader) throws(PostgresError) {
            bulletin = BulletinName(customerId: try row("customer_id"), month: try row("month"))
            stepId = try row("step_id")
            objection = BulletinObjection(
                measure: try row("measure"), note: try row("note"), by: try row("taken_by"),
                isAnswered: try row("is_answered"))
        }
    }

    /// What was done about some bulletins, in short.
    static func steps(
        of bulletins: Set<BulletinName>, _ transaction: borrowing Transaction
    ) throws -> [StepKey: String] {
        let sorted = bulletins.sorted()
        let rows = try transaction.query(
            """
            select s.customer_id, s.month, s.step_id, s.fingerprint
            from unnest(\(sorted.map(\.customerId)), \(sorted.map(\.month))) as k(customer_id, month)
            join bulletin_step s using (customer_id, month)
            """, as: (String, CalendarDay, String, String).self)
        return Dictionary(
            rows.map { (StepKey(bulletin: BulletinName(customerId: $0.0, month: $0.1), stepId: $0.2), $0.3) }
        ) { first, _ in first }
    }

    /// Keeps what was done about bulletins.
    static func take(_ steps: [(step: TakeBulletinStep, mark: String)], _ transaction: borrowing Transaction) throws {
        guard !steps.isEmpty else { return }
        let bodies = steps.map(\.step)
        try transaction.queue(
            """
            insert into bulletin_step (customer_id, month, step_id, fingerprint, step, measure, objection_id, note,
                taken_at, taken_by)
            select * from unnest(
                \(bodies.map(\.customerId)), \(bodies.map(\.month)), \(bodies.map(\.stepId)), \(steps.map(\.mark)),
                \(bodies.map(\.step.rawValue)), \(bodies.map { $0.measure?.rawValue }), \(bodies.map(\.objectionId)),
                \(bodies.map(\.note)), \(bodies.map(\.at)), \(bodies.map(\.by)))
            """)
    }

    // MARK: Exclusions

    /// What some orders are left out for, in short; locked against another copy of the service.
    static func exclusions(
        _ keys: Set<OrderKey>, _ transaction: borrowing Transaction
    ) throws -> [OrderKey: String] {
        try KeyLock.lock("delivery exclusion", keys, transaction)
        let sorted = keys.sorted()
        let rows = try transaction.query(
            """
            select x.source, x.order_id, x.fingerprint
            from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
            join delivery_exclusion x using (source, order_id)
            """, as: (String, String, String).self)
        return Dictionary(rows.map { (OrderKey(source: $0.0, orderId: $0.1), $0.2) }) { first, _ in first }
    }

    /// Which of some orders are known.
    static func known(_ keys: Set<OrderKey>, _ transaction: borrowing Transaction) throws -> Set<OrderKey> {
        let sorted = keys.sorted()
        return Set(
            try transaction.query(
                """
                select d.source, d.order_id
                from unnest(\(sorted.map(\.source)), \(sorted.map(\.orderId))) as k(source, order_id)
                join delivery d using (source, order_id) where d.order_revision > 0
                """, as: (String, String).self
            ).map { OrderKey(source: $0.0, orderId: $0.1) })
    }

    /// Leaves deliveries out.
    static func exclude(
        _ exclusions: [(body: ExcludeDelivery, mark: String)], _ transaction: borrowing Transaction
    ) throws {
        guard !exclusions.isEmpty else { return }
        let bodies = exclusions.map(\.body)
        try transaction.queue(
            """
            insert into delivery_exclusion (source, order_id, fingerprint, code, note, excluded_by, excluded_at)
            select * from unnest(
                \(bodies.map(\.source)), \(bodies.map(\.orderId)), \(exclusions.map(\.mark)),
                \(bodies.map(\.code.rawValue)), \(bodies.map(\.note)), \(bodies.map(\.by)), \(bodies.map(\.at)))
            """)
    }
}

extension BulletinCount {
    /// Counts others, too.
    mutating func add(_ other: BulletinCount) {
        numerator += other.numerator
        denominator += other.denominator
    }
}
