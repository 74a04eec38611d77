import Contracts
import Domain
import Postgres
import ServiceKit

/// The events behind a figure of the finance view.
extension ViewQueries {
    /// The events that make up one metric over a period, the latest first, with what each adds; and their sum, which is
    /// that of the view in the same currency.
    func drill(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let question = try ViewQuestion(arguments)
        guard question.metrics.count == 1, let metric = question.metrics.first else {
            throw Refusal(.valueNotAllowed, path: "parameters.metric", "one metric at a time is looked into")
        }
        // Of a cost or a margin each event tells that of one order.
        switch metric {
        case .cost: try arguments.check(.cost, of: "events", given: "metric")
        case .margin: try arguments.check(.margin, of: "events", given: "metric")
        default: break
        }
        let place = place(metric, question)
        let worth = try rates.current(transaction).relation(on: question.period.to)
        let parts = DrillPart.allCases.compactMap { part in
            Self.events(part, metric, question, place, worth).map { (part: part, events: $0) }
        }
        let all = parts.dropFirst().reduce(parts.first?.events ?? Self.nothing) { "\($0) union all \($1.events)" }
        var found = [
            // The figure itself, which is seen as one.
            try arguments.table(
                "cell",
                "select currency, count(*) as events, sum(amount) as amount from (\(all)) e group by 1 order by 1",
                transaction, format: moneyText)
        ]
        for (part, events) in parts {
            found.append(
                try arguments.table(
                    part.rawValue,
                    """
                    select day, event, source, id, branch, business_line as line, customer, amount, currency, at,
                        -- One document may add the same twice, to two parts of a metric.
                        row_number() over (
                            partition by at, source, id, event, day, branch, business_line, amount
                            order by customer, currency) as place
                    from (\(events)) e where not \(Sight.isPartial) or \(part.isSeen)
                    """, transaction, format: moneyText))
        }
        guard metric == .cost || metric == .margin, arguments.isWanted("costs"),
            let orders = parts.first(where: { $0.part == .orders })
        else { return found }
        return found + [try costs(orders.events, arguments, transaction)]
    }

    /// What was told of the costs of the orders in a figure, the latest orders first.
    private func costs(
        _ events: SQL, _ arguments: QueryArguments, _ transaction: borrowing Transaction
    ) throws -> QueryTable {
        let states = CostState.allCases.map(\.rawValue)
        return try arguments.table(
            "costs",
            """
            select c.day, 'cost.recorded' as event, c.source, c.cost_id as id, c.order_id, c.line,
                (\(states))[c.state + 1] as state, c.supplier_code as supplier, c.amount, c.currency, o.at,
                c.state as stage
            from (select source, id, max(at) as at from (\(events)) e group by 1, 2) o
            join cost c on c.order_source = o.source and c.order_id = o.id
            """, transaction, format: moneyText)
    }

    /// The condition that an event is of the branch, line and division that are meant: of the division on its day, or on the
    /// last day, as the figures are.
    private func place(_ metric: ViewMetric, _ question: ViewQuestion) -> SQL {
        let own: SQL = """
            branch = coalesce(\(question.branch), branch) and business_line = coalesce(\(question.line), business_line)
            """
        guard let division = question.division else { return own }
        let branches = organisation.branches(of: division)
        if metric.isBalance {
            let codes = branches.filter { $0.days.contains(question.period.to) }.map(\.code)
            return "\(own) and branch = any(\(codes))"
        }
        return """
            \(own) and exists (
                select from unnest(\(branches.map(\.code)), \(branches.map(\.days.from)), \(branches.map(\.days.to)))
                    as d(code, first_day, last_day)
                where d.code = branch and day between d.first_day and d.last_day
            )
            """
    }

    private static let nothing: SQL = """
        select null::date as day, '' as event, '' as source, '' as id, '' as branch, '' as business_line, '' as customer,
            0::numeric as amount, '' as currency, null::timestamptz as at, 0::smallint as kind, '' as document
        where false
        """

    /// The events of a part of a metric, each with the document that it comes of; nothing when it has none.
    private static func events(
        _ part: DrillPart, _ metric: ViewMetric, _ question: ViewQuestion, _ place: SQL, _ worth: SQL
    ) -> SQL? {
        let (from, to) = (question.period.from.daysSinceEpoch, question.period.to.daysSinceEpoch)
        let period: SQL =
            metric.isBalance
            ? "day <= date '1970-01-01' + \(to)"
            : "day between date '1970-01-01' + \(from) and date '1970-01-01' + \(to)"
        let isLate = question.basis == .posted && metric != .held && metric.isOfOrders
        switch part {
        case .orders where metric.isOfOrders:
            let orders = orders(metric, question, period, place)
            return isLate ? "\(orders) union all \(late(metric, of: ["order", "cost"], period, place))" : orders
        case .orders where metric == .exposure:
            return """
                select day, case when is_completed then 'order.completed' else 'order.placed' end as event, source,
                    order_id as id, branch, business_line, customer_code as customer, reserved as amount, currency,
                    placed_at as at, -1::smallint as kind, order_id as document
                from orders where reserved <> 0 and \(period) and \(place)
                union all
                select day, 'billed elsewhere', source, order_id, branch, business_line, customer_code, -twice, currency,
                    placed_at, -1::smallint, order_id
                from (
                    select o.*, w.amount as twice from (\(WaitingBillStore.ofOrders(worth))) w
                    join orders o on o.source = w.source and o.order_id = w.order_id
                ) o
                where twice <> 0 and \(period) and \(place)
                """
        case .receivables where isLate: return late(metric, of: ["credit"], period, place)
        case .receivables, .payables, .expenses:
            let signs = metric.entries.sorted { $0.key < $1.key }.filter { part.metrics.contains($0.key) }
            guard !signs.isEmpty else { return nil }
            return documents(part, signs.map(\.key), signs.map { Int32($0.value) }, period, place)
        case .orders: return nil
        }
    }

    private static func orders(
        _ metric: ViewMetric, _ question: ViewQuestion, _ period: SQL, _ place: SQL
    ) -> SQL {
        let amount: SQL =
            switch metric {
            case .orders: "1"
            case .revenue, .held: "earned"
            case .cost: "cost"
            default: "known_revenue - cost"
            }
        let decided: SQL =
            if metric == .held {
                "decision <> 'accepted'"
            } else if question.basis == .placed {
                "(decision is null or decision = 'accepted')"
            } else {
                "true"
            }
        return """
            select day, case when revision > 1 then 'order.changed' else 'order.placed' end as event, source,
                order_id as id, branch, business_line, customer_code as customer, \(amount) as amount, currency,
                placed_at as at, -1::smallint as kind, order_id as document
            from orders where is_counted and \(decided) and \(period) and \(place)
            """
    }

    /// What came after the close of its month, taken from there and added where it is posted.
    private static func late(_ metric: ViewMetric, of kinds: [String], _ period: SQL, _ place: SQL) -> SQL {
        let amount: SQL =
            switch metric {
            case .orders: "orders"
            case .revenue: "earned"
            case .cost: "cost"
            default: "revenue - cost"
            }
        return """
            select day, event, source, id, branch, business_line, customer, amount, currency, at, -1::smallint as kind,
                id as document
            from (
                select original_day as day, kind || ' posted later' as event, source, reference as id,
                    coalesce(branch, '-') as branch, coalesce(business_line, '-') as business_line,
                    party as customer, -(\(amount)) as amount, currency, posted_at as at
                from late_posting where kind = any(\(kinds))
                union all
                select posting_day, kind || ' posted here', source, reference, coalesce(branch, '-'),
                    coalesce(business_line, '-'), party, \(amount), currency, posted_at
                from late_posting where kind = any(\(kinds))
            ) l
            where amount <> 0 and \(period) and \(place)
            """
    }

    /// What documents of a part add, those that are not folded yet as they stand now.
    private static func documents(
        _ part: DrillPart, _ metrics: [String], _ signs: [Int32], _ period: SQL, _ place: SQL
    ) -> SQL {
        """
        select e.day, e.event, e.source, e.event_id as id, e.branch, e.business_line, e.customer,
            e.amount * s.sign as amount, e.currency, e.as_of as at, e.kind, e.id as document
        from (
            select e.* from view_entry e
            where not exists (
                select from view_pending(\(ViewStore.most)) k
                where k.kind = e.kind and k.source = e.source and k.id = e.id)
            union all
            select e.* from (
                select array_agg(kind) as kinds, array_agg(source) as sources, array_agg(id) as ids
                from view_pending(\(ViewStore.most))
            ) k, view_entries(k.kinds, k.sources, k.ids) e where e.amount <> 0
        ) e join unnest(\(metrics), \(signs)) as s(metric, sign) using (metric)
        where \(period) and \(place)
        """
    }
}

/// What the events behind a figure are of: each is told as far as that is seen.
private enum DrillPart: String, CaseIterable {
    case orders = "events"
    case receivables = "receivable events"
    case payables = "payable events"
    case expenses = "expense events"

    /// Which sums of documents are made of them.
    var metrics: Set<String> {
        switch self {
        case .orders: []
        case .receivables: ["receivable", "deposit", "cash-in"]
        case .payables: ["payable", "cash-out"]
        case .expenses: ["expense"]
        }
    }

    /// The condition that the document of an event `e` is seen: an entry says where something was counted, and not whose it is.
    var isSeen: SQL {
        switch self {
        case .orders: "true"
        case .receivables:
            """
            (e.kind = 0 and exists (
                    select from receivable d where d.source = e.source and d.invoice_id = e.document)
                or e.kind = 1 and exists (
                    select from customer_payment d where d.source = e.source and d.payment_id = e.document)
                -- What was posted late has the place of its own.
                or e.kind = -1)
            """
        case .payables:
            """
            (e.kind = 2 and exists (
                    select from supplier_invoice d where d.source = e.source and d.invoice_id = e.document)
                or e.kind = 3 and exists (
                    select from supplier_payment d where d.source = e.source and d.payment_id = e.document))
            """
        case .expenses: "exists (select from expense d where d.source = e.source and d.expense_id = e.document)"
        }
    }
}
