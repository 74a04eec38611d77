import Contracts
import CustomerValue
import Domain
import Postgres
import ServiceKit

/// What may be asked of classes.
struct ClassQueries: Sendable {
    let organisation: Organisation

    var all: [Query] {
        [
            Query(ClassQuestions.show, Self.show), Query(ClassQuestions.count, Self.count),
            Query(ClassQuestions.dryRun, dryRun), Query(ClassQuestions.lifecycle, Self.lifecycle),
            Query(ClassQuestions.models, Self.models),
        ]
    }

    /// A day among the arguments as the days since 1970-01-01.
    static func day(_ name: String, _ arguments: QueryArguments) throws -> Int32? {
        try arguments.optionalDay(name)?.daysSinceEpoch
    }

    private static func show(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let customer = try arguments.required("customer")
        let on = try day("on", arguments)
        let known = try day("known", arguments)
        // What was known at the end of a day: rows written by then, and not yet corrected by then.
        let belief: SQL =
            """
            (case when \(known.postgresBind)::integer is null then superseded_at is null
            else \(SQL.day(of: "recorded_at")) <= date '1970-01-01' + \(known.postgresBind)::integer
                and (superseded_at is null or \(SQL.day(of: "superseded_at"))
                    > date '1970-01-01' + \(known.postgresBind)::integer) end)
            """
        let found = try transaction.query(
            """
            select customer_id, source from account
            where code = \(customer) and source = coalesce(\(arguments["source"].postgresBind), source)
            union select coalesce(merged_into, customer_id), '' from customer where customer_id = \(customer)
            order by 1, 2
            """, as: (String, String).self)
        let party = try QueryArguments.one(of: found.map { (party: $0.0, source: $0.1) }, named: customer)
        let which: SQL = "(select \(party.postgresBind)::text)"
        let classes = try arguments.table(
            "classes",
            """
            select customer_id, dimension, value, valid_from, valid_to, reason, model
            from class where customer_id in \(which) and \(belief)
                and (\(on.postgresBind)::integer is null and valid_to is null
                    or date '1970-01-01' + \(on.postgresBind)::integer
                        between valid_from and coalesce(valid_to, 'infinity'))
            order by customer_id, dimension
            """, transaction)
        guard on == nil else { return [classes] }
        return [
            classes,
            try arguments.table(
                "history",
                """
                select customer_id, dimension, value, valid_from, valid_to, reason, model, recorded_at
                from class where customer_id in \(which) and \(belief)
                order by customer_id, dimension, valid_from
                """, transaction),
        ]
    }

    private static func count(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try arguments.table(
                "classes",
                """
                select dimension, value, count(*) as customers from class
                where superseded_at is null and valid_to is null
                    and (\(arguments["dimension"].postgresBind)::text is null
                        or dimension = \(arguments["dimension"].postgresBind))
                group by 1, 2 order by 1, 3 desc, 2
                """, transaction)
        ]
    }

    private static func models(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        [
            try arguments.table(
                "models",
                "select version, fitted_on, customers, body from value_model order by version desc",
                transaction)
        ]
    }

    private static func lifecycle(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let on = try day("on", arguments)
        let today: SQL =
            "coalesce(date '1970-01-01' + \(on.postgresBind)::integer, (select max(evaluated_to) from value_state))"
        return [
            try arguments.table(
                "states",
                """
                with spell as (
                    select value, valid_from, valid_to from class
                    where dimension = 'lifecycle' and superseded_at is null and valid_from <= \(today)
                )
                select value as state,
                    count(*) filter (where valid_to is null or valid_to >= \(today)) as customers,
                    count(*) filter (where valid_to < \(today)) as stays,
                    percentile_disc(0.5) within group (order by valid_to - valid_from + 1)
                        filter (where valid_to < \(today)) as median_days,
                    percentile_disc(0.9) within group (order by valid_to - valid_from + 1)
                        filter (where valid_to < \(today)) as p90_days
                from spell group by 1 order by 2 desc, 1
                """, transaction),
            try arguments.table(
                "transitions",
                """
                select previous as from_state, value as to_state, count(*) as times from (
                    select value, lag(value) over (partition by customer_id order by valid_from) as previous, valid_from
                    from class where dimension = 'lifecycle' and superseded_at is null and valid_from <= \(today)
                ) t where previous is not null
                group by 1, 2 order by 3 desc, 1, 2
                """, transaction),
        ]
    }

    /// What judging anew would change. Reads only.
    private func dryRun(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> [QueryTable] {
        let limit = try arguments.integer("limit")
        var rows = try transaction.query(
            """
            select s.customer_id, s.evaluated_to - date '1970-01-01', s.revision from value_state s
            where \(arguments["customer"].postgresBind)::text is null
                or s.customer_id = \(arguments["customer"].postgresBind)
            order by s.customer_id limit \(limit + 1)
            """, as: (String, Int32?, Int32).self)
        let isCut = rows.count > limit
        if isCut { rows.removeLast() }
        let last = rows.compactMap(\.1).max()
        guard let today = try Self.day("on", arguments) ?? last else { return [] }
        let customers = rows.map(\.0)
        let day = CalendarDay(daysSinceEpoch: today)
        let subjects = try SubjectStore.subjects(customers, organisation, transaction)
        let known = try ClassStore.current(customers, transaction)
        var models = try ValueModelStore.all(transaction)
        if arguments["refit"] != nil, let latest = models.last {
            let histories = subjects.sorted { $0.key < $1.key }.map(\.value.history)
            guard let model = ValueModel.fit(histories, on: Int(today) - 1, after: latest) else {
                throw Refusal(
                    .valueNotAllowed, path: "parameters.refit",
                    "a version is learnt from \(ValueModel.fewest) customers with orders or more")
            }
            models.append(model)
        }
        var changes: [[String?]] = []
        for customerId in customers {
            guard let subject = subjects[customerId] else { continue }
            let before = known[customerId] ?? [:]
            let change = ClassChange(
                customerId: customerId, marked: day, through: day,
                state: ClassStore.State(evaluatedTo: day.adding(days: -1)), subject: subject, models: models,
                known: before)
            for dimension in ClassDimension.allCases {
                let old = before[dimension]?.last { $0.from <= day && ($0.to.map { $0 >= day } ?? true) }
                guard let new = change.standing[dimension], new.value != old?.value else { continue }
                changes.append([customerId, subject.name, dimension.rawValue, old?.value, new.value, new.reason])
            }
        }
        return [
            try arguments.table("changes", rows: changes, isCut: isCut)
        ]
    }
}
