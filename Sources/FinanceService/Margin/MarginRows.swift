import Contracts
import Domain
import Postgres

/// The rows that the rules of margin read and write, inside one transaction.
///
/// PostgreSQL's ``Transaction`` keeps them in tables; the simulation runs the same rules over rows in memory.
protocol MarginRows: ~Copyable {
    /// The orders of a batch, locked until the transaction ends.
    borrowing func lockOrders(_ keys: [OrderKey]) throws -> [OrderKey: OrderRow]
    /// Writes orders that stand as they were read.
    borrowing func putOrders(_ orders: [(OrderKey, OrderRow)]) throws
    /// Adds to the sums of days.
    borrowing func addSums(_ deltas: [Contribution.Key: Contribution]) throws

    /// What orders are judged by; months stay as they are until the transaction ends.
    ///
    /// - Parameters:
    ///   - keys: the orders.
    ///   - businesses: whose orders they are, and in which lines of business.
    ///   - day: the day on which they are judged.
    ///   - rates: what knows the exchange rates.
    ///   - window: the days that figures of a day are of.
    borrowing func circumstances(
        of keys: [OrderKey], _ businesses: Set<BusinessKey>, on day: CalendarDay, _ rates: ExchangeRates,
        window: @escaping (CalendarDay) -> FigureWindow
    ) throws -> OrderCircumstances
    /// The costs of given identifiers that are there already.
    borrowing func existingCosts(_ rows: [CostRow]) throws -> [CostKey: KnownCost]
    /// Writes costs; one that has gone further meanwhile stays as it is.
    borrowing func putCosts(_ rows: [CostRow]) throws

    /// Writes accounts down that no customer event has named yet.
    borrowing func addAccounts(
        _ accounts: [(key: BusinessKey, customerId: String, branch: String, salesOwner: String?)]
    ) throws
    /// The overrides of some customers' business, locked.
    borrowing func overrides(_ keys: Set<CustomerBusiness>) throws -> [CustomerBusiness: [AcceptanceOverride]]
    /// Writes what is used of overrides.
    borrowing func setUsed(_ overrides: [AcceptanceOverride]) throws

    /// The limits of some customers and how far they are used, locked where there are any.
    borrowing func creditDesk(for customers: Set<String>, at time: Timestamp, _ rates: RateTable) throws -> CreditDesk
    /// Adds to what accounts owe or may come to owe.
    borrowing func addExposures(_ deltas: [OrderCredit.Place: OrderCredit.Delta]) throws

    /// Keeps what was posted later than its day.
    borrowing func put(_ postings: [LatePosting], at time: Timestamp) throws

    /// Adds what orders change to the finance view.
    borrowing func addToView(_ view: OrderView) throws

    /// Writes alerts that were raised, each to be diagnosed within so many working days.
    borrowing func raise(_ alerts: [MarginAlertRaised], diagnosedWithin workingDays: Int) throws
    /// Writes that alerts were cleared.
    borrowing func clear(_ alerts: [MarginAlertCleared]) throws
    /// Who looks after customers in lines of business, as far as sales has told it of a day.
    borrowing func owners(of businesses: Set<BusinessKey>, on day: CalendarDay) throws -> [BusinessKey: String]

    /// Keeps which quotes orders have named; asked only where one has.
    borrowing func noteQuotes(_ quoted: [QuotedOrder]) throws
}

/// That an order names the quote that it was placed by.
struct QuotedOrder: Sendable {
    let order: OrderKey
    let quoteId: String
    let placedOn: CalendarDay
}

extension MarginRows where Self: ~Copyable {
    /// Rows in memory are judged, and told to nobody who has quoted them.
    borrowing func noteQuotes(_ quoted: [QuotedOrder]) throws {}
}

/// What orders are judged by.
struct OrderCircumstances {
    /// Their costs, each in the state it has reached.
    let costs: [OrderKey: [StoredCost]]
    /// How their customers stand.
    let standings: [BusinessKey: BusinessStanding]
    /// Which months are closed.
    let months: PostingMonths
    /// The exchange rates that hold.
    let rates: RateTable
}

extension Transaction: MarginRows {
    borrowing func lockOrders(_ keys: [OrderKey]) throws -> [OrderKey: OrderRow] {
        try OrderStore.lock(keys, self)
    }

    borrowing func putOrders(_ orders: [(OrderKey, OrderRow)]) throws { try OrderStore.put(orders, self) }

    borrowing func addSums(_ deltas: [Contribution.Key: Contribution]) throws { try OrderStore.add(deltas, self) }

    borrowing func circumstances(
        of keys: [OrderKey], _ businesses: Set<BusinessKey>, on day: CalendarDay, _ rates: ExchangeRates,
        window: @escaping (CalendarDay) -> FigureWindow
    ) throws -> OrderCircumstances {
        let costs = try CostStore.ask(of: keys, self)
        let standings = try StandingStore.ask(of: businesses, on: day, window: window, self)
        let books = try PostingStore.askWithRates(self)
        let (known, standing, posting) = (try costs(), try standings(), try books())
        return OrderCircumstances(
            costs: known, standings: standing, months: posting.months,
            rates: try rates.current(posting.rates, self))
    }

    borrowing func existingCosts(_ rows: [CostRow]) throws -> [CostKey: KnownCost] {
        try CostStore.existing(rows, self)
    }

    borrowing func putCosts(_ rows: [CostRow]) throws { try CostStore.put(rows, self) }

    borrowing func addAccounts(
        _ accounts: [(key: BusinessKey, customerId: String, branch: String, salesOwner: String?)]
    ) throws {
        try StandingStore.addAccounts(accounts, self)
    }

    borrowing func overrides(_ keys: Set<CustomerBusiness>) throws -> [CustomerBusiness: [AcceptanceOverride]] {
        try StandingStore.overrides(keys, self)
    }

    borrowing func setUsed(_ overrides: [AcceptanceOverride]) throws { try StandingStore.setUsed(overrides, self) }

    borrowing func creditDesk(
        for customers: Set<String>, at time: Timestamp, _ rates: RateTable
    ) throws -> CreditDesk {
        try CreditDesk(customers: customers, at: time, rates: rates, self)
    }

    borrowing func addExposures(_ deltas: [OrderCredit.Place: OrderCredit.Delta]) throws {
        try ExposureStore.add(deltas, self)
    }

    borrowing func put(_ postings: [LatePosting], at time: Timestamp) throws {
        try PostingStore.put(postings, at: time, self)
    }

    borrowing func addToView(_ view: OrderView) throws { try ViewStore.put(view, self) }

    borrowing func raise(_ alerts: [MarginAlertRaised], diagnosedWithin workingDays: Int) throws {
        try AlertStore.raise(alerts, diagnosedWithin: workingDays, self)
    }

    borrowing func clear(_ alerts: [MarginAlertCleared]) throws { try AlertStore.clear(alerts, self) }

    borrowing func owners(of businesses: Set<BusinessKey>, on day: CalendarDay) throws -> [BusinessKey: String] {
        try CustomerHomeStore.owners(of: businesses, on: day, self)
    }

    borrowing func noteQuotes(_ quoted: [QuotedOrder]) throws { try QuotedOrderStore.put(quoted, self) }
}
