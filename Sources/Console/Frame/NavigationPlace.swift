/// The places of the navigation.
enum NavigationPlace: String, Sendable, CaseIterable {
    case today, alerts, approvals, orders, customers, receivables, complaints, sales, leads, products, suppliers,
        quality,
        figures, payments, expenses, months, profit,
        people, operations, questions, acts, views

    /// What it is called.
    var text: Text {
        switch self {
        case .today: .today
        case .alerts: .marginAlerts
        case .approvals: .ordersWaiting
        case .orders: .orders
        case .customers: .customers
        case .receivables: .receivables
        case .complaints: .complaints
        case .sales: .sales
        case .leads: .leads
        case .products: .products
        case .suppliers: .suppliers
        case .quality: .quality
        case .figures: .figures
        case .payments: .payments
        case .expenses: .expenses
        case .months: .months
        case .profit: .profit
        case .people: .people
        case .operations: .operations
        case .questions: .allQuestions
        case .acts: .allActs
        case .views: .views
        }
    }

    /// Where it is.
    var link: Link {
        switch self {
        case .today: Link()
        case .approvals: Link("q", "finance", "orders.waiting")
        case .complaints: Link("desk")
        case .questions: Link("q")
        case .acts: Link("act")
        case .alerts, .orders, .customers, .receivables, .sales, .leads, .products, .suppliers, .quality, .figures,
            .payments, .expenses, .months, .profit, .people,
            .operations, .views:
            Link(path: [rawValue])
        }
    }

    /// What the day of a role begins with, by the names that policies give to roles.
    private static let firsts: [(roles: Set<String>, places: [NavigationPlace])] = [
        (["service-agent", "service-manager", "agent"], [.complaints, .orders, .customers, .quality]),
        (
            ["finance-controller", "controller", "accountant"],
            [.alerts, .receivables, .approvals, .payments, .months, .profit, .expenses, .suppliers, .figures, .orders]
        ),
        (["buyer", "purchaser"], [.suppliers, .payments, .orders]),
        (["executive", "division-head"], [.figures, .profit, .alerts, .approvals, .sales, .quality, .receivables]),
        (
            ["branch-manager", "sales-manager"],
            [.approvals, .alerts, .sales, .leads, .customers, .receivables, .expenses, .figures]
        ),
        (["sales-rep"], [.leads, .sales, .customers, .orders, .products, .alerts]),
        (["data-steward"], [.customers, .suppliers]),
        (["operator", "administrator", "auditor"], [.operations, .people]),
    ]

    /// The places in the order that suits somebody's roles: what their day begins with comes first. None is taken away: what
    /// somebody may see, the services decide.
    static func places(of roles: Set<String>) -> [NavigationPlace] {
        let mine = firsts.filter { !$0.roles.isDisjoint(with: roles) }.flatMap(\.places)
        return ([.today] + mine + allCases).reduce(into: []) { list, place in
            if !list.contains(place) { list.append(place) }
        }
    }
}
