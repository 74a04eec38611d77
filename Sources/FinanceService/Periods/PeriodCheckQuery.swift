import Contracts
import Domain
import Postgres
import ServiceKit

/// What is to be looked at before a month is closed. It keeps nobody from closing: what comes later is posted later.
enum PeriodCheckQuery {
    /// A point of the list: what may be open, what to do about it, and where it stands: rows of a day, an amount and its
    /// currency.
    private struct Point {
        let what: String
        let toDo: String
        let rows: SQL

        init(_ what: String, do toDo: String, _ rows: SQL) {
            (self.what, self.toDo, self.rows) = (what, toDo, rows)
        }
    }

    static func answer(_ arguments: QueryArguments, _ transaction: borrowing Transaction) throws -> [QueryTable] {
        let month = try arguments.month("month")
        let points = points(of: month, today: arguments.today)
        var found: SQL =
            "select 0 as place, null::date as day, null::numeric as amount, null::text as currency where false"
        for (place, point) in points.enumerated() {
            found = """
                \(found) union all
                select \(Int32(place + 1)), day, amount, currency from (\(point.rows)) as t(day, amount, currency)
                """
        }
        return [
            try arguments.table(
                "check",
                """
                select case when count(f.place) = 0 then 'done' else 'open' end as state, p.what, count(f.place) as count,
                    min(f.day) as oldest, sum(f.amount) as amount, f.currency,
                    case when count(f.place) > 0 then p.to_do end as to_do
                from unnest(\(points.map(\.what)), \(points.map(\.toDo))) with ordinality as p(what, to_do, place)
                left join (\(found)) f on f.place = p.place
                group by p.place, p.what, p.to_do, f.currency order by p.place, f.currency
                """, transaction, format: moneyText)
        ]
    }

    private static func points(of month: Period, today: CalendarDay) -> [Point] {
        let first: SQL = "date '1970-01-01' + \(month.from.daysSinceEpoch)"
        let last: SQL = "date '1970-01-01' + \(month.to.daysSinceEpoch)"
        return calendar(first, last, today) + business(month, first, last) + books(last)
    }

    private static func calendar(_ first: SQL, _ last: SQL, _ today: CalendarDay) -> [Point] {
        [
            Point(
                "days of the month that are not over",
                do: "wait for its end: a month that is not over cannot be closed",
                """
                select d::date, null::numeric, null::text
                from generate_series(greatest(\(first), date '1970-01-01' + \(today.daysSinceEpoch)), \(last),
                    interval '1 day') d
                """),
            Point(
                "months before it that are open", do: "close them first: waybill finance months close MONTH",
                """
                select m.day, null::numeric, null::text
                from (select distinct date_trunc('month', day)::date as day from account_line_day
                    where day < \(first)) m
                where not exists (select from closed_month c where c.month = m.day)
                """),
            Point(
                "months that somebody wants open again", do: "agree or leave it: waybill finance months periods",
                "select month, null::numeric, null::text from closed_month where reopen_by is not null"),
        ]
    }

    /// What is paid on a customer's behalf needs no cost, and what a credit note takes is no line: an order's costs are known when
    /// all that it earns is among what is known. Of an order that is refused nobody asks for costs.
    private static func business(_ month: Period, _ first: SQL, _ last: SQL) -> [Point] {
        [
            Point(
                "orders that wait for approval", do: "decide them: waybill orders waiting --to \(month.to)",
                """
                select day, revenue, currency from orders
                where decision = 'needs-approval' and not is_cancelled and day <= \(last)
                """),
            Point(
                "orders of the month with lines without a cost",
                do:
                    "ask for the costs: waybill orders list --from \(month.from); the amount is their revenue without costs",
                """
                select day, earned - known_revenue, currency from orders
                where customer_code <> '' and not is_cancelled and day between \(first) and \(last)
                    and known_revenue <> earned and decision is distinct from 'refused'
                """),
            Point(
                "orders of the month whose costs are partly estimated",
                do: "accrue or ask for the suppliers' invoices: waybill finance profit margins --by order",
                """
                select day, cost, currency from orders
                where customer_code <> '' and not is_cancelled and day between \(first) and \(last)
                    and is_provisional and known_revenue = earned and decision is distinct from 'refused'
                """),
            Point(
                "costs whose order has not come", do: "find their orders: waybill query finance costs.waiting",
                """
                select c.day, c.amount, c.currency
                from cost c left join orders o on o.source = c.order_source and o.order_id = c.order_id
                where coalesce(o.customer_code, '') = '' and c.day <= \(last)
                """),
            Point(
                "margin alerts that nobody has diagnosed", do: "diagnose them: waybill alerts list",
                """
                select \(SQL.day(of: "raised_at")), revenue - cost, currency from alert
                where cleared_at is null and outcome is null and reason is null
                    and \(SQL.day(of: "raised_at")) <= \(last)
                """),
            Point(
                "expenses that wait for an approval or a budget", do: "approve them: waybill finance expenses list",
                """
                select day, amount, currency from expense
                where (budget_id is null or is_held) and day <= \(last)
                """),
        ]
    }

    private static func books(_ last: SQL) -> [Point] {
        [
            Point(
                "orders, invoices and customers that documents name and that have not come",
                do: "ask their systems: waybill references list --service finance",
                """
                select \(SQL.day(of: "since")), null::numeric, null::text
                from (\(ReferenceQueries.targets)) t
                """),
            Point(
                "payments that wait for an invoice", do: "find the invoices: waybill finance receivables waiting",
                """
                select received_day, allocated, currency from (\(ReceivableQueries.waitingPayments)) t
                where received_day <= \(last)
                """),
            Point(
                "payments set aside", do: "have them corrected: waybill finance receivables waiting",
                """
                select \(SQL.day(of: "received_at")), amount, currency
                from (\(ReceivableQueries.setAside)) t where \(SQL.day(of: "received_at")) <= \(last)
                """),
            Point(
                "credit notes, write-offs, disputes and returns that wait or were set aside",
                do: "approve or correct them: waybill finance receivables waiting",
                """
                select day, amount, currency from (\(ReceivableQueries.waitingOthers)) t
                where coalesce(day <= \(last), true)
                """),
            Point(
                "cash on account", do: "allocate it: waybill finance receivables unallocated",
                """
                select received_day, on_account, currency from (\(CollectionQueries.cashOnAccount)) t
                where received_day <= \(last)
                """),
            Point(
                "suppliers' invoices that do not fit the costs recorded",
                do:
                    "have them corrected, or release them: waybill finance payables list, waybill finance payables release",
                """
                select issued_day, amount - paid, currency
                from (\(PayableQueries.matched("r.fingerprint is not null and r.settled_day is null"))) m
                where (match <> 'matched' or is_twice) and approved_by is null and issued_day <= \(last)
                """),
        ]
    }
}
