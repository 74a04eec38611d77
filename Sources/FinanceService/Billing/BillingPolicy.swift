import Domain

/// How much of which orders an invoice takes over. Pure.
enum BillingPolicy {
    /// An order that an invoice names, as far as it is known.
    struct Named: Equatable {
        let key: OrderKey
        /// `nil` while it has not come; nought when it is cancelled.
        let revenue: FixedDecimal?
        let currency: Currency?
    }

    /// An invoice with the orders it names.
    struct Invoice: Equatable {
        let amount: FixedDecimal
        /// What credit notes take from what its orders earn.
        var credited = FixedDecimal.zero
        let currency: Currency
        let day: CalendarDay
        let orders: [Named]
    }

    /// What invoices take over of each order, in the order's currency.
    ///
    /// An invoice of one order is for that. One of several does not say how much is for which: each has its share by
    /// revenue, those that have not come an equal one until they do. What is in a currency without a rate is not taken
    /// over by anything.
    static func billed(by invoices: [Invoice], _ rates: RateTable) -> [OrderKey: FixedDecimal] {
        shares(of: \.amount, invoices, rates)
    }

    /// What credit notes take from what each order earns, shared in the same way.
    static func credited(by invoices: [Invoice], _ rates: RateTable) -> [OrderKey: FixedDecimal] {
        shares(of: \.credited, invoices, rates)
    }

    private static func shares(
        of amount: KeyPath<Invoice, FixedDecimal>, _ invoices: [Invoice], _ rates: RateTable
    ) -> [OrderKey: FixedDecimal] {
        var found: [OrderKey: FixedDecimal] = [:]
        for invoice in invoices {
            let known = invoice.orders.filter { $0.revenue != nil }
            let weights = known.map { order in
                rates.convert(
                    max(.zero, order.revenue ?? .zero), from: order.currency ?? invoice.currency, to: invoice.currency,
                    on: invoice.day) ?? .zero
            }
            let total = weights.reduce(.zero, +)
            let count = Int128(invoice.orders.count)
            let part = invoice[keyPath: amount].multiplied(by: Int128(known.count), dividedBy: max(1, count)) ?? .zero
            for (order, weight) in zip(known, weights) {
                let share =
                    total > .zero
                    ? part.multiplied(by: weight.units, dividedBy: total.units)
                    : invoice[keyPath: amount].multiplied(by: 1, dividedBy: max(1, count))
                let own = rates.convert(
                    share ?? .zero, from: invoice.currency, to: order.currency ?? invoice.currency, on: invoice.day)
                found[order.key] = (found[order.key] ?? .zero) + (own ?? .zero)
            }
            for order in invoice.orders where order.revenue == nil {
                let share = invoice[keyPath: amount].multiplied(by: 1, dividedBy: max(1, count)) ?? .zero
                found[order.key] = (found[order.key] ?? .zero) + share
            }
        }
        return found
    }
}
