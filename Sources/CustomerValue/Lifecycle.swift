import Foundation

/// Where a customer stands between unknown and lost, derived of its history alone: the same evidence gives the same
/// state whatever order it came in, and there is exactly one state on every day.
public struct Lifecycle: Sendable {
    /// The states, in the words of `customer.lifecycle-changed.v1`.
    public enum State: String, Sendable, CaseIterable {
        /// Known, and nothing more.
        case suspect
        /// Somebody has spoken with it.
        case prospect
        /// It has begun to order.
        case trial
        /// It orders more than before.
        case growing
        /// It orders as before.
        case mature
        /// It orders less than before.
        case declining
        /// Silent longer than its own cycle explains.
        case dormant
        /// It will not come back by itself.
        case lost
        /// It had been lost and orders again.
        case wonBack = "won-back"
    }

    /// A state with its evidence.
    public struct Verdict: Sendable, Equatable {
        /// The state.
        public let state: State
        /// The evidence, in words and figures.
        public let reason: String
    }

    /// Thresholds; the defaults are starting points to be tuned to the business.
    public struct Rules: Sendable, Hashable, Codable {
        /// For so many days, and until so many order days, a customer is on trial.
        public var trialDays = 90
        /// The fewest order days of who is no longer on trial.
        public var trialOrders = 3
        /// Revenue a day of the last 90 days over that of the year before, from which on a customer is growing.
        public var growth = 1.2
        /// The same, below which it is declining.
        public var decline = 0.8
        /// A silence that less than this share of such customers would keep while active, makes dormant.
        public var dormantSurvival = 0.01
        /// After so many days without an order a customer is lost, or after thrice its own long gap if that is more.
        public var lostDays = 180
        /// Or before, when it is alive with less than this probability, and dormant.
        public var lostAlive = 0.2
        /// For so long it counts as won back once it orders again.
        public var wonBackDays = 90

        /// The defaults.
        public init() {}
    }

    /// The thresholds.
    public let rules: Rules
    /// By which the probability alive is computed; its unit of time is a day.
    public let model: DropoutModel

    /// - Parameters: as the properties.
    public init(rules: Rules = Rules(), model: DropoutModel) {
        self.rules = rules
        self.model = model
    }

    /// The state on a day. What lies after the day is not looked at.
    public func verdict(of history: CustomerHistory, on day: Int) -> Verdict {
        let place = CustomerHistory.count(history.days, through: day)
        guard place > 0 else {
            let talks = CustomerHistory.count(history.contacts, through: day)
            return talks > 0
                ? Verdict(state: .prospect, reason: "\(talks) contacts, no order")
                : Verdict(state: .suspect, reason: "no order and no contact")
        }
        let silence = silence(of: history, before: place, on: day)
        if let lost = silence.lost { return Verdict(state: .lost, reason: lost) }
        if let dormant = silence.dormant { return Verdict(state: .dormant, reason: dormant) }
        if let back = wonBack(history, before: place, on: day) { return back }
        let first = history.days[0]
        let age = day - first
        if place < rules.trialOrders || age < rules.trialDays {
            return Verdict(state: .trial, reason: "\(place) order days in \(age) days since the first")
        }
        return trend(history, first: first, on: day)
    }

    /// Whether it is silent for too long.
    private func silence(
        of history: CustomerHistory, before place: Int, on day: Int
    ) -> (dormant: String?, lost: String?) {
        let last = history.days[place - 1]
        let gap = day - last
        // Whoever ordered within two weeks is not silent.
        guard gap >= 14 else { return (nil, nil) }
        let gaps = history.gaps(before: place)
        let long = Quantiles.percentile(gaps, 90)
        let isKnown = gaps.count >= 3
        let limit = max(rules.lostDays, isKnown ? 3 * long : 0)
        if gap >= limit { return (nil, "no order for \(gap) days, lost from \(limit)") }
        guard let record = PurchaseRecord(days: history.days[..<place], on: day) else { return (nil, nil) }
        let scale = model.alpha * Double(regularity)
        let survival = Silence.survival(
            gap: Double(gap), repeats: record.repeats, recency: record.recency, r: model.r, alpha: scale)
        let isDormant = survival < rules.dormantSurvival || (isKnown && gap > 3 * long) || (!isKnown && gap > 90)
        guard isDormant else { return (nil, nil) }
        let alive = model.probabilityAlive(record)
        let figures = "\(gap) days silent, own long gap \(long), \(percent(survival)) would be, alive \(percent(alive))"
        return alive < rules.lostAlive && isKnown && gap > 60 ? (nil, figures) : (figures, nil)
    }

    private var regularity: Int {
        if case .mbgCNBD(let k) = model.family { return k }
        return 1
    }

    /// Whether an order of late came after a silence that had made the customer lost.
    private func wonBack(_ history: CustomerHistory, before place: Int, on day: Int) -> Verdict? {
        var index = place - 1
        while index > 0, history.days[index] > day - rules.wonBackDays {
            let (back, before) = (history.days[index], history.days[index - 1])
            if back - before > 60, silence(of: history, before: index, on: back - 1).lost != nil {
                return Verdict(state: .wonBack, reason: "ordered again after \(back - before) days")
            }
            index -= 1
        }
        return nil
    }

    /// Whether revenue grows, by the last week that has closed: a state that changes daily helps nobody.
    private func trend(_ history: CustomerHistory, first: Int, on day: Int) -> Verdict {
        // 1970-01-04, day 3, was a Sunday.
        let sunday = day - ((day - 3) % 7 + 7) % 7
        guard let ratio = Self.growth(history, first: first, on: sunday) else {
            return Verdict(state: .mature, reason: "too short a past to compare with")
        }
        let reason = "revenue a day \(percent(ratio)) of that of the year before, week to day \(sunday - day)"
        if ratio > rules.growth { return Verdict(state: .growing, reason: reason) }
        if ratio < rules.decline { return Verdict(state: .declining, reason: reason) }
        return Verdict(state: .mature, reason: reason)
    }

    /// Revenue a day of the 90 days to a day over that of up to 365 days before them; `nil` with fewer than 30 days or
    /// no revenue there.
    public static func growth(_ history: CustomerHistory, first: Int, on day: Int) -> Double? {
        let start = max(first - 1, day - 90 - 365)
        let exposure = day - 90 - start
        guard exposure >= 30 else { return nil }
        let before = history.orders(after: start, through: day - 90).revenue
        guard before > 0 else { return nil }
        let now = history.orders(after: day - 90, through: day).revenue
        return (Double(now) / 90) / (Double(before) / Double(exposure))
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
}
