import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of bulletins.
struct BulletinQueries: Sendable {
    /// By what bulletins are signed now.
    let key: BulletinKey?

    var all: [Query] {
        [
            Query(BulletinQuestions.list, Self.list), Query(BulletinQuestions.show, show),
            Query(BulletinQuestions.deliveries, Self.deliveries),
        ]
    }

    static func list(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let state = try arguments.required("state")
        return [
            try arguments.table(
                "bulletins",
                """
                select b.month, b.customer_id, b.version,
                    (select count(*) from bulletin_figure f
                        where f.customer_id = b.customer_id and f.month = b.month and f.version = b.version) as figures,
                    (select count(*) from bulletin_step s
                        where s.customer_id = b.customer_id and s.month = b.month and s.step = 'objected') as objections,
                    (select count(*) from bulletin_step s
                        where s.customer_id = b.customer_id and s.month = b.month and s.step <> 'objected') as answered,
                    b.published_at, b.objections_until, b.key_id, b.objection_id
                from bulletin b
                where (\(state) = 'all' or not exists (
                    select from bulletin n
                    where n.customer_id = b.customer_id and n.month = b.month and n.version > b.version))
                """, transaction)
        ]
    }

    func show(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (customer, month) = (try arguments.required("customerId"), try Self.month(arguments))
        let version = arguments["version"] == nil ? nil : try arguments.integer("version")
        let chosen: SQL = """
            b.customer_id = \(customer) and b.month = \(month) and b.version = coalesce(
                \(version.map { Int32($0) })::integer, (
                    select max(n.version) from bulletin n where n.customer_id = \(customer) and n.month = \(month)))
            """
        return [
            try arguments.table(
                "bulletin",
                """
                select b.customer_id, b.month, b.version, b.published_at, b.objections_until, b.document, b.signature,
                    b.key_id, case when b.key_id = \(key?.identifier)::text then \(key?.publicPEM)::text end as public_key,
                    b.objection_id
                from bulletin b where \(chosen)
                """, transaction),
            try arguments.table(
                "figures",
                """
                select b.measure, b.numerator, b.denominator, b.per, b.figure, b.low, b.high, b.excluded,
                    b.numerator_of_all, b.denominator_of_all, b.figure_of_all
                from bulletin_figure b where \(chosen) order by 1
                """, transaction),
            try arguments.table(
                "objections",
                """
                select s.taken_at, s.step, s.measure, s.objection_id, s.note, s.taken_by, s.step_id
                from bulletin_step s where s.customer_id = \(customer) and s.month = \(month)
                order by s.taken_at, s.step <> 'objected', s.step_id
                """, transaction),
        ]
    }

    /// What the figures of a month would be worked out from now, delivery by delivery.
    static func deliveries(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let (customer, month) = (try arguments.required("customerId"), try month(arguments))
        return [
            try arguments.table(
                "deliveries",
                """
                select t.completed_at, t.source, t.order_id, t.booked_promise, t.completed_at <= t.booked_promise as in_time,
                    t.quantity, t.quantity_delivered, t.quantity_delivered >= t.quantity as in_full, t.damaged, t.exclusion
                from (\(BulletinStore.deliveries(of: month, "a.customer_id = \(customer)"))) t
                """, transaction)
        ]
    }

    /// The month that is asked for.
    private static func month(_ arguments: QueryArguments) throws -> CalendarDay {
        let text = try arguments.required("month")
        guard let day = CalendarDay("\(text)-01") else {
            throw Refusal(.badTime, path: "parameters.month", "write a month as 2024-03")
        }
        return day
    }
}
