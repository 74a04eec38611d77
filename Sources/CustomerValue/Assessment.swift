/// The classes of a customer that follow from figures, each with its reason.
public struct Assessment: Sendable, Equatable {
    /// A class and why.
    public struct Finding: Sendable, Equatable {
        /// The class.
        public let value: String
        /// Why, in words and figures.
        public let reason: String

        /// - Parameters: as the properties.
        public init(_ value: String, _ reason: String) {
            self.value = value
            self.reason = reason
        }
    }

    /// How finance trusts the customer, as it last said.
    public enum Credit: String, Sendable {
        /// Without reserve, or nothing was ever said.
        case ok
        /// With an eye on it.
        case watch
        /// No more credit.
        case hold
        /// No more business.
        case stop
    }

    /// How much it is worth: `A` to `D`, or `none` without an order.
    public let value: Finding
    /// What its orders of a year earn.
    public let margin: Finding
    /// How it pays.
    public let payment: Finding
    /// How its revenue goes.
    public let growth: Finding
    /// What it takes to serve it.
    public let costToServe: Finding
    /// How likely we lose money, or the customer.
    public let risk: Finding
    /// Where it stands.
    public let lifecycle: Finding
    /// Among which customers it belongs; `none` while there are no groups.
    public let cluster: Finding

    /// Judges a customer on a day. What lies after the day is not looked at.
    ///
    /// - Parameters:
    ///   - history: what is known of it.
    ///   - day: the day.
    ///   - model: by what to judge.
    ///   - credit: how finance trusted it on that day.
    public init(_ history: CustomerHistory, on day: Int, model: ValueModel, credit: Credit) {
        let features = ValueModel.features(history, on: day, dropout: model.dropout, medianGap: model.medianGap)
        let hasOrdered = history.days.first.map { $0 <= day } ?? false
        let state = Lifecycle(model: model.dropout).verdict(of: history, on: day)
        let payment = Self.payment(history, on: day)
        lifecycle = Finding(state.state.rawValue, state.reason)
        self.payment = payment
        value = Self.value(features, hasOrdered: hasOrdered, model)
        margin = Self.margin(history.orders(after: day - 365, through: day))
        growth = Self.growth(history, hasOrdered: hasOrdered, on: day)
        costToServe = Self.costToServe(history, on: day)
        risk = Self.risk(state.state, payment: payment, alive: hasOrdered ? features[4] : nil, credit: credit)
        if hasOrdered, let scaling = model.scaling, !model.clusters.isEmpty {
            let own = model.clusters[KMeans.nearest(scaling.scaled(features), model.clusters.map(\.centre))]
            cluster = Finding(own.label, own.description)
        } else {
            cluster = Finding("none", "no groups to belong to")
        }
    }

    private static func value(_ features: [Double], hasOrdered: Bool, _ model: ValueModel) -> Finding {
        guard hasOrdered else { return Finding("none", "no order") }
        let recency = max(1, 6 - Quantiles.score(features[0], cuts: model.recencyCuts))
        let frequency = Quantiles.score(features[1], cuts: model.frequencyCuts)
        let margin = Quantiles.score(features[2], cuts: model.marginCuts)
        let total = recency + frequency + margin
        let grade = total >= 12 ? "A" : total >= 9 ? "B" : total >= 6 ? "C" : "D"
        return Finding(grade, "R\(recency) F\(frequency) M\(margin)")
    }

    /// Ratio of sums over the lines whose cost is known.
    private static func margin(_ year: CustomerHistory.OrderDay) -> Finding {
        guard year.costedRevenue > 0 else { return Finding("unknown", "no costed revenue in a year") }
        let earned = year.costedRevenue - year.cost
        let tenths = earned * 1_000 / year.costedRevenue
        let reason = "\(tenths / 10).\(abs(tenths % 10))% over 365 days"
        if earned < 0 { return Finding("negative", earned * 1_000 > -year.costedRevenue ? "below 0%" : reason) }
        return Finding(tenths < 50 ? "thin" : tenths < 150 ? "fair" : "rich", reason)
    }

    /// Days late, weighted by amounts, over the invoices that fell due in a year.
    private static func payment(_ history: CustomerHistory, on day: Int) -> Finding {
        var (weight, late, worst) = (0.0, 0.0, 0)
        for invoice in history.invoices where invoice.due > day - 365 && invoice.due <= day {
            let end = invoice.settled.map { min($0, day) } ?? day
            let days = max(0, end - invoice.due)
            weight += Double(max(1, invoice.amount))
            late += Double(max(1, invoice.amount)) * Double(days)
            worst = max(worst, days)
        }
        guard weight > 0 else { return Finding("unknown", "no invoice fell due in a year") }
        let mean = late / weight
        let reason = "\(Int(mean.rounded())) days late on average, \(worst) at most"
        return Finding(mean > 15 || worst > 60 ? "bad" : mean > 3 ? "slow" : "prompt", reason)
    }

    private static func growth(_ history: CustomerHistory, hasOrdered: Bool, on day: Int) -> Finding {
        guard hasOrdered else { return Finding("none", "no order") }
        let sunday = day - ((day - 3) % 7 + 7) % 7
        guard let ratio = Lifecycle.growth(history, first: history.days[0], on: sunday) else {
            return Finding("new", "too short a past to compare with")
        }
        let reason = "revenue a day \(Int((ratio * 100).rounded()))% of that of the year before"
        return Finding(ratio > 1.2 ? "growing" : ratio < 0.8 ? "shrinking" : "stable", reason)
    }

    /// Contacts, and five for each delivery that went wrong, for each order.
    private static func costToServe(_ history: CustomerHistory, on day: Int) -> Finding {
        let orders = history.orders(after: day - 365, through: day).orders
        guard orders >= 3 else { return Finding("unknown", "fewer than three orders in a year") }
        let contacts = CustomerHistory.count(history.contacts, after: day - 365, through: day)
        let failures = CustomerHistory.count(history.failures, after: day - 365, through: day)
        let effort = contacts + 5 * failures
        let reason = "\(contacts) contacts and \(failures) failed deliveries for \(orders) orders"
        return Finding(2 * effort < orders ? "low" : 2 * effort < 3 * orders ? "medium" : "high", reason)
    }

    private static func risk(
        _ state: Lifecycle.State, payment: Finding, alive: Double?, credit: Credit
    ) -> Finding {
        var (high, medium): ([String], [String]) = ([], [])
        switch credit {
        case .hold, .stop: high.append("credit \(credit.rawValue)")
        case .watch: medium.append("credit watch")
        case .ok: break
        }
        if payment.value == "bad" { high.append("pays badly") }
        if payment.value == "slow" { medium.append("pays slowly") }
        if [.lost, .dormant].contains(state) { high.append(state.rawValue) }
        if state == .declining { medium.append("declining") }
        if let alive, alive < 0.7, high.isEmpty { medium.append("alive \(Int((alive * 100).rounded()))%") }
        if !high.isEmpty { return Finding("high", (high + medium).joined(separator: ", ")) }
        return medium.isEmpty ? Finding("low", "no sign") : Finding("medium", medium.joined(separator: ", "))
    }
}
