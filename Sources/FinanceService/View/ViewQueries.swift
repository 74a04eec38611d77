import Contracts
import Domain
import Postgres
import ServiceKit

/// What may be asked of the finance view. No invoice is read for it, and of orders only those that are not accepted: only
/// sums of days, and what has changed since they were folded last.
struct ViewQueries: Sendable {
    let rates: ExchangeRates
    let organisation: Organisation

    var all: [Query] {
        [
            Query(ViewQuestions.figures) { try known($1).figures($0, $1) },
            Query(ViewQuestions.drill) { try known($1).drill($0, $1) },
        ]
    }

    /// The same by the organisation that is recorded, once one is.
    private func known(_ transaction: borrowing Transaction) throws -> ViewQueries {
        ViewQueries(rates: rates, organisation: try PeopleReplica.organisation(or: organisation, transaction))
    }

    func figures(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let question = try ViewQuestion(arguments)
        let matrix = try arguments["rates"].map { try ProvisionMatrix(percents: $0, spans: 4) } ?? .illustrative
        let orders = try orderRows(question, transaction)
        let held = try heldRows(question, transaction)
        let rates = try rates.current(transaction)
        let worth = rates.relation(on: question.period.to)
        let reserved = try reservedRows(question, worth, transaction)
        let documents = try documentRows(question, transaction)
        let currencies = Set(orders.map(\.0.currency)).union(held.map(\.part.currency)).union(
            reserved.map(\.0.currency)
        )
        .union(documents.map(\.currency))
        if let wanted = question.currency, currencies != [wanted], rates.rate(of: wanted, on: question.period.to) == nil
        {
            throw Refusal(
                .noRate, path: "parameters.currency", "there is no rate of \(wanted.code) on \(question.period.to)")
        }
        var figures = ViewFigures(question, rates, in: currencies)
        for (part, sums) in orders { figures.add(part, sums) }
        // By posting date figures are those of the books, which a decision does not move from one month to another.
        for row in held {
            figures.hold(row.part, row.sums, isRefused: row.isRefused, isCounted: question.basis == .placed)
        }
        for (part, amount) in reserved {
            figures.addMovement(part, amount, of: .exposure, due: part.day)
        }
        for row in documents {
            for metric in question.metrics {
                guard let sign = metric.parts[row.kind] else { continue }
                if !metric.isBalance {
                    guard row.amount != .zero, let part = row.part else { continue }
                    if metric == .cash {
                        figures.addCash(part, row.amount, isIn: sign > 0)
                    } else {
                        figures.addExpense(part, row.amount)
                    }
                } else if let part = row.standing {
                    let amount = sign == 0 ? .zero : sign > 0 ? row.amount : -row.amount
                    figures.addMovement(part, amount, of: metric, due: row.due)
                }
            }
        }
        figures.closePeriods(matrix, .standard)
        return [
            try answer("view", arguments, figures) { $0 == figures.target },
            try Self.state(arguments, transaction),
            try answer("without a rate", arguments, figures) { $0 != figures.target },
            try Self.ahead(arguments, transaction),
        ]
    }

    /// The rows of some currencies: of that which all is converted to, or of those that have no rate.
    private func answer(
        _ name: String, _ arguments: QueryArguments, _ figures: ViewFigures, _ isMeant: (Currency) -> Bool
    ) throws -> QueryTable {
        let question = figures.question
        let now = arguments.now.microsecondsSinceEpoch
        // One figure is as old as its row.
        let ages = question.metrics.count > 1 ? question.metrics : []
        // Nothing in it has happened after now, whatever the clocks of others say.
        func told(_ time: Timestamp?) -> String? {
            time.map { min($0, arguments.now).description }
        }
        var rows: [[String?]] = []
        for (key, cells) in figures.cells where isMeant(key.currency) {
            for (period, cell) in zip(figures.periods, cells) where cell.isTold {
                let age = cell.asOf.map { String(max(0, (now - $0.microsecondsSinceEpoch) / 1_000_000)) }
                rows.append(
                    [period.name] + key.labels + question.metrics.flatMap { ViewFigures.values($0, cell) }
                        + [key.currency.code] + ages.map { told(cell.asOf($0)) }
                        + [told(cell.asOf), age])
            }
        }
        // By period first, as they are read.
        let order = Dictionary(
            figures.periods.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        return try arguments.table(
            name,
            columns: [QueryColumn("period")] + question.dimensions.map { QueryColumn($0.rawValue) }
                + question.metrics.flatMap(\.columns)
                + [QueryColumn("currency")] + ages.map { QueryColumn("\($0.rawValue)_as_of", .time) }
                + [QueryColumn("as_of", .time), QueryColumn("age_seconds", .integer)],
            rows: rows
        ) { row in
            [String(order[row[0] ?? ""] ?? 0)] + row[1...].prefix(question.dimensions.count).map { $0 ?? "" }
                + [row[row.count - 3 - ages.count] ?? ""]
        }
    }

    /// How far the sums are: what is not folded is in the figures all the same, up to so many documents. For how long something
    /// waits to be folded is the machine's affair, by the clock that has written it. Who sees a part of the
    /// group sees of documents what is folded, and is not told what waits.
    private static func state(
        _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        try arguments.table(
            "state",
            """
            select case when not \(Sight.isPartial) then (select count(*) from view_mark) end as documents_waiting,
                (select count(*) from view_order_delta) as changes_waiting,
                (select extract(epoch from now() - min(at))::bigint from view_mark) as oldest_seconds,
                case when not \(Sight.isPartial)
                    then (select count(*) from view_mark where kind <> 4) <= \(ViewStore.most) end as is_complete
            """, transaction)
    }

    // MARK: Reading

    /// A row of the sums of documents.
    private struct DocumentRow {
        let kind: String
        /// Where it belongs as something that happened; `nil` when that is not asked for.
        let part: ViewFigures.Part?
        /// Where it belongs as something that is open.
        let standing: ViewFigures.Part?
        let currency: Currency
        let due: CalendarDay
        let amount: FixedDecimal
    }

    /// What the sums of a day, branch and line have in common.
    private struct Place: PostgresRow {
        let branch: String
        let line: String
        let day: CalendarDay
        let currency: Currency

        init(row: inout RowReader) throws(PostgresError) {
            branch = try row("branch")
            line = try row("business_line")
            day = try row("day")
            currency = try row("currency")
        }
    }

    /// Sums of orders as they stand in the tables.
    private struct StoredSums: PostgresRow {
        let place: Place
        let sums: OrderView.Sums
        let asOf: Timestamp?

        init(row: inout RowReader) throws(PostgresError) {
            place = try Place(row: &row)
            sums = try OrderView.Sums(row: &row)
            asOf = try row("as_of", as: Timestamp?.self)?.inZone()
        }
    }

    /// Sums of orders that are refused, or wait for approval.
    private struct HeldSums: PostgresRow {
        let place: Place
        let sums: OrderView.Sums
        let isRefused: Bool

        init(row: inout RowReader) throws(PostgresError) {
            place = try Place(row: &row)
            sums = try OrderView.Sums(row: &row)
            isRefused = try row("is_refused")
        }
    }

    /// A sum of amounts as it stands in the tables.
    private struct StoredAmount: PostgresRow {
        let place: Place
        let amount: FixedDecimal
        let asOf: Timestamp?

        init(row: inout RowReader) throws(PostgresError) {
            place = try Place(row: &row)
            amount = try row("amount")
            asOf = try row("as_of", as: Timestamp?.self)?.inZone()
        }
    }

    /// A sum of documents as it stands in the tables.
    private struct StoredDocuments: PostgresRow {
        let stored: StoredAmount
        let metric: String
        let due: CalendarDay

        init(row: inout RowReader) throws(PostgresError) {
            stored = try StoredAmount(row: &row)
            metric = try row("metric")
            due = try row("due_day")
        }
    }

    /// The part of the answer that a sum belongs to; `nil` when it is not asked for.
    ///
    /// What happens belongs to the division in which the branch is on its day. What is open is seen to by the division that
    /// has the branch on the last day that is asked for, whenever it came about.
    private func part(
        _ question: ViewQuestion, _ place: Place, asOf: Timestamp?, isOpen: Bool = false
    ) -> ViewFigures.Part? {
        labels(question, place.branch, place.line, on: isOpen ? question.period.to : place.day).map {
            ViewFigures.Part(labels: $0, day: place.day, currency: place.currency, asOf: asOf)
        }
    }

    /// By what the rows of a branch and line are told apart in the answer; `nil` when they are not asked for.
    private func labels(
        _ question: ViewQuestion, _ branch: String, _ line: String, on day: CalendarDay
    ) -> [String]? {
        let division = organisation.division(of: branch, on: day) ?? "-"
        if let wanted = question.division, wanted != division { return nil }
        return question.dimensions.map { dimension in
            switch dimension {
            case .division: division
            case .branch: branch
            case .line: line
            }
        }
    }

    private static func filter(_ question: ViewQuestion) -> SQL {
        """
        branch = coalesce(\(question.branch), branch) and business_line = coalesce(\(question.line), business_line)
        """
    }

    private func orderRows(
        _ question: ViewQuestion, _ transaction: borrowing Transaction
    ) throws -> [(ViewFigures.Part, OrderView.Sums)] {
        guard question.metrics.contains(where: \.isOfOrders) else { return [] }
        let (from, to) = (question.period.from.daysSinceEpoch, question.period.to.daysSinceEpoch)
        let condition: SQL = """
            basis <= \(question.basis.rawValue) and day between date '1970-01-01' + \(from)
                and date '1970-01-01' + \(to) and \(Self.filter(question))
            """
        let rows = try transaction.query(
            """
            select branch, business_line, day, currency, sum(orders)::bigint as orders, sum(revenue) as revenue,
                sum(known_revenue) as known_revenue, sum(cost) as cost, max(as_of) as as_of
            from (
                select branch, business_line, day, currency, orders, revenue, known_revenue, cost, as_of
                from view_order_day where \(condition)
                union all
                select branch, business_line, day, currency, orders, revenue, known_revenue, cost, as_of
                from view_order_delta where \(condition)
            ) t
            group by 1, 2, 3, 4
            having sum(orders) <> 0 or sum(revenue) <> 0 or sum(known_revenue) <> 0 or sum(cost) <> 0
            """, as: StoredSums.self)
        return rows.compactMap { row in part(question, row.place, asOf: row.asOf).map { ($0, row.sums) } }
    }

    /// Orders of a period that are refused, or wait for approval: they are in the sums of days, and are few.
    private func heldRows(
        _ question: ViewQuestion, _ transaction: borrowing Transaction
    ) throws -> [(part: ViewFigures.Part, sums: OrderView.Sums, isRefused: Bool)] {
        guard question.metrics.contains(where: \.isOfOrders) else { return [] }
        let (from, to) = (question.period.from.daysSinceEpoch, question.period.to.daysSinceEpoch)
        let rows = try transaction.query(
            """
            select branch, business_line, day, currency, decision = 'refused' as is_refused, count(*) as orders,
                sum(earned) as revenue, sum(known_revenue) as known_revenue, sum(cost) as cost
            from orders
            where decision <> 'accepted' and is_counted and day between date '1970-01-01' + \(from)
                and date '1970-01-01' + \(to) and \(Self.filter(question))
            group by 1, 2, 3, 4, 5
            """, as: HeldSums.self)
        return rows.compactMap { row in part(question, row.place, asOf: nil).map { ($0, row.sums, row.isRefused) } }
    }

    /// Orders that are dated after tomorrow: they are in no figure up to today, and may be mistyped.
    private static func ahead(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> QueryTable {
        let tomorrow = arguments.today.daysSinceEpoch + 1
        return try arguments.table(
            "dated ahead",
            """
            select branch, business_line as line, currency, sum(orders)::bigint as orders, sum(revenue) as revenue,
                min(day) as first_day, max(day) as last_day
            from (
                select branch, business_line, currency, orders, revenue, day from view_order_day
                where basis = 0 and day > date '1970-01-01' + \(tomorrow)
                union all
                select branch, business_line, currency, orders, revenue, day from view_order_delta
                where basis = 0 and day > date '1970-01-01' + \(tomorrow)
            ) t
            group by 1, 2, 3 having sum(orders) <> 0 order by 1, 2, 3
            """, transaction, format: moneyText)
    }

    /// What orders that were placed by a day reserve of their customers' limits now, without what bills hold that wait for
    /// them.
    private func reservedRows(
        _ question: ViewQuestion, _ worth: SQL, _ transaction: borrowing Transaction
    ) throws -> [(ViewFigures.Part, FixedDecimal)] {
        guard question.metrics.contains(.exposure) else { return [] }
        let (from, to) = (question.period.from.daysSinceEpoch, question.period.to.daysSinceEpoch)
        let rows = try transaction.query(
            """
            select branch, business_line, greatest(day, date '1970-01-01' + \(from)) as day, currency,
                sum(reserved) as amount, max(as_of) as as_of
            from (
                select branch, business_line, day, currency, reserved, as_of from view_order_day
                where basis = 0 and reserved <> 0
                union all
                select branch, business_line, day, currency, reserved, as_of from view_order_delta
                where basis = 0 and reserved <> 0
                union all
                select o.branch, o.business_line, o.day, o.currency, -w.amount, null
                from (\(WaitingBillStore.ofOrders(worth))) w
                join orders o on o.source = w.source and o.order_id = w.order_id
            ) t
            where day <= date '1970-01-01' + \(to) and \(Self.filter(question))
            group by 1, 2, 3, 4 having sum(reserved) <> 0
            """, as: StoredAmount.self)
        return rows.compactMap { row in
            part(question, row.place, asOf: row.asOf, isOpen: true).map { ($0, row.amount) }
        }
    }

    private func documentRows(
        _ question: ViewQuestion, _ transaction: borrowing Transaction
    ) throws -> [DocumentRow] {
        func kinds(_ areBalances: Bool) -> [String] {
            Set(question.metrics.filter { $0.isBalance == areBalances }.flatMap { $0.parts.keys }).sorted()
        }
        let (flows, balances) = (kinds(false), kinds(true))
        guard !flows.isEmpty || !balances.isEmpty else { return [] }
        let (from, to) = (question.period.from.daysSinceEpoch, question.period.to.daysSinceEpoch)
        let spans = ViewSpan.upTo(question)
        // What lies before the first day is one opening balance. Balances are told apart as far as the answer does: what
        // is open by due day would otherwise be read by branch and line as well.
        let hasBranches = question.division != nil || !question.dimensions.allSatisfy { $0 == .line }
        let hasLines = question.dimensions.contains(.line)
        let rows = try transaction.query(
            """
            select metric, case when \(hasBranches) or metric = any(\(flows)) then branch else '' end as branch,
                case when \(hasLines) or metric = any(\(flows)) then business_line else '' end as business_line,
                greatest(day, date '1970-01-01' + \(from - 1)) as day, due_day, currency,
                trunc(sum(amount), 4) as amount, max(as_of) as as_of
            from (
                select metric, branch, business_line, day, due_day, currency, amount, as_of from view_sum
                where metric = any(\(flows)) and span = 0 and day between date '1970-01-01' + \(from)
                    and date '1970-01-01' + \(to)
                union all
                select s.metric, branch, business_line, s.day, due_day, currency, amount, as_of
                from unnest(\(spans.map(\.span.rawValue)), \(spans.map(\.from.daysSinceEpoch)),
                    \(spans.map(\.to.daysSinceEpoch))) as w(span, first_day, last_day)
                join view_sum s on s.metric = any(\(balances)) and s.span = w.span
                    and s.day between date '1970-01-01' + w.first_day and date '1970-01-01' + w.last_day
                union all
                select metric, branch, business_line, day, due_day, currency, amount, as_of
                from view_difference(\(ViewStore.most))
                where day <= date '1970-01-01' + \(to) and (metric = any(\(balances))
                    or metric = any(\(flows)) and day >= date '1970-01-01' + \(from))
            ) t
            where \(Self.filter(question))
            group by 1, 2, 3, 4, 5, 6
            """, as: StoredDocuments.self)
        return rows.compactMap { row in
            let stored = row.stored
            let part = part(question, stored.place, asOf: stored.asOf)
            let standing = self.part(question, stored.place, asOf: stored.asOf, isOpen: true)
            guard part != nil || standing != nil else { return nil }
            return DocumentRow(
                kind: row.metric, part: part, standing: standing, currency: stored.place.currency, due: row.due,
                amount: stored.amount)
        }
    }
}

extension OrderView.Sums: PostgresRow {
    /// Reads the sums of some orders.
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            orders: try row("orders"), revenue: try row("revenue"), knownRevenue: try row("known_revenue"),
            cost: try row("cost"))
    }
}
