import Contracts
import Domain
import Foundation
import Postgres
import ServiceKit

/// The weekly look at every series for a change of level.
enum SwingHandlers {
    /// A week is closed three days after its end, so that what comes late is in it.
    static let watermarkDays = 3
    /// Weeks that are looked back on.
    static let weeks = 104
    /// About how many orders are read at once.
    static let ordersAtOnce = 50_000
    /// After an alert is closed, the same one is not raised again for so many days.
    static let cooldownDays = 14

    static func evaluate(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for item in items {
            // Sundays end weeks; the Wednesday after, the week before last Monday is closed.
            let day = item.due.day()
            let closed = WorkingCalendar.week(of: day.adding(days: 1 - watermarkDays)).adding(days: -7)
            guard WorkingCalendar.week(of: day.adding(days: -watermarkDays)).adding(days: -7) != closed else {
                continue
            }
            try evaluate(closedWeek: closed, transaction, &effects)
        }
    }

    /// Runs the detector over every series anew: the orders are the truth, so what came late is simply in them.
    static func evaluate(
        closedWeek: CalendarDay, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let standing = try AnomalyStore.openSwings(transaction)
        let open = Set(standing.map(\.key))
        /// What is to be raised, and what is said of alerts that stand.
        var judged: [SwingKey: Finding] = [:]
        var last = (source: "", code: "")
        // Account after account, so that neither one statement nor the memory holds all orders of two years.
        while let accounts = try AnomalyStore.accounts(after: last, orders: ordersAtOnce, transaction) {
            for (key, finding) in judge(
                try AnomalyStore.series(of: accounts, through: closedWeek, weeks: weeks, transaction), closedWeek)
            where finding.signal(key.direction) > 1 || open.contains(key) {
                judged[key] = finding
            }
            last = accounts.through
        }
        var calm: [String: Int] = [:]
        var recovered: [AnomalyStore.OpenSwing] = []
        var expired: [AnomalyStore.OpenSwing] = []
        for (key, alert) in standing {
            // In the weeks around the Spring Festival nothing is judged, and nothing is over.
            if judged[key] == nil, WorkingCalendar.isMasked(closedWeek) { continue }
            // It is over when the signal stayed below half of the limit for two weeks. A series that has vanished, or of
            // which too little is left to judge it by, gives no signal any more.
            let weeks = judged[key].map { $0.signal(key.direction) < 0.5 } ?? true ? alert.calmWeeks + 1 : 0
            if weeks < 2 {
                calm[alert.id] = weeks
            } else if judged[key] != nil {
                recovered.append(alert)
            } else {
                expired.append(alert)
            }
        }
        let cooling = try AnomalyStore.cooling(
            since: effects.now.adding(seconds: -Int64(cooldownDays) * 86_400), transaction)
        let found = judged.filter { key, finding in
            finding.signal(key.direction) > 1 && !open.contains(key) && !cooling.contains(key)
        }.map { key, finding in row(key, finding, closedWeek) }
        try AnomalyStore.setCalm(calm, transaction)
        try AnomalyStore.clear(recovered, .recovered, transaction, &effects)
        try AnomalyStore.clear(expired, .expired, transaction, &effects)
        try AnomalyStore.raise(found, causes: [:], transaction, &effects)
        effects.count("evaluations")
    }

    private static func judge(
        _ series: [BusinessKey: [Currency: [CalendarDay: SeriesBucket]]], _ closedWeek: CalendarDay
    ) -> [SwingKey: Finding] {
        var judged: [SwingKey: Finding] = [:]
        for (key, byCurrency) in series {
            func judge(_ values: [CalendarDay: Double], orders: Double, _ metric: AnomalyMetric, in currency: Currency?)
            {
                guard let finding = finding(values, orders: orders, metric, through: closedWeek) else { return }
                for direction in [AnomalyDirection.up, .down] {
                    judged[SwingKey(series: key, metric: metric, currency: currency, direction: direction)] = finding
                }
            }
            // Orders are counted across currencies; amounts of two currencies have no sum.
            var counts: [CalendarDay: Double] = [:]
            for (currency, buckets) in byCurrency {
                counts.merge(buckets.mapValues(\.orders)) { $0 + $1 }
                judge(
                    buckets.mapValues(\.amount), orders: buckets.values.reduce(0) { $0 + $1.orders }, .orderAmount,
                    in: currency)
            }
            judge(counts, orders: counts.values.reduce(0, +), .orderCount, in: nil)
        }
        return judged
    }

    private static func row(_ key: SwingKey, _ finding: Finding, _ closedWeek: CalendarDay) -> AnomalyRow {
        var metric = key.metric.rawValue
        var evidence = finding.evidence
        if let currency = key.currency {
            metric += " \(currency)"
            evidence.append(Evidence(label: "currency", value: currency.code))
        }
        return AnomalyRow(
            id: StableIdentifier.of(
                "swing", key.series.source, key.series.code, key.series.businessLine, metric, key.direction.rawValue,
                closedWeek.description), kind: .levelSwing, direction: key.direction, metric: key.metric,
            key: key.series, currency: key.currency, owner: nil, branch: nil, orderId: nil,
            baseline: finding.baseline, observed: finding.observed, score: finding.signal(key.direction),
            evidence: evidence)
    }

    struct Finding {
        /// The chart's value, in multiples of its limit, upwards.
        let upward: Double
        let baseline: Double
        let observed: Double
        let evidence: [Evidence]

        /// The chart's value in a direction: above 1 is an alarm.
        func signal(_ direction: AnomalyDirection) -> Double { direction == .up ? upward : -upward }
    }

    /// What a series says at its last week; `nil` with too little of it, or in the weeks around the Spring Festival.
    ///
    /// - Parameters:
    ///   - weeks: what each week came to: a count of orders, or amounts in one currency.
    ///   - orders: how many orders it is made of.
    static func finding(
        _ weeks: [CalendarDay: Double], orders: Double, _ metric: AnomalyMetric, through last: CalendarDay
    ) -> Finding? {
        guard let first = weeks.keys.min(), !WorkingCalendar.isMasked(last), orders >= 8 else { return nil }
        var values: [Double] = []
        var raw: [Double] = []
        var week = first
        while week <= last {
            if !WorkingCalendar.isMasked(week) {
                let perWeek = 5 / WorkingCalendar.workingDays(week)
                let value = max(0, weeks[week] ?? 0) * perWeek
                raw.append(value)
                values.append(metric == .orderCount ? SwingDetector.stabilised(count: value) : log1p(value))
            }
            week = week.adding(days: 7)
        }
        guard let point = SwingDetector().run(values).last else { return nil }
        let recent = raw.suffix(4)
        let baseline =
            metric == .orderCount ? SwingDetector.count(stabilised: point.expected) : expm1(point.expected)
        return Finding(
            upward: point.signal, baseline: baseline, observed: recent.reduce(0, +) / Double(recent.count),
            evidence: recent.enumerated().map { index, value in
                Evidence(
                    label: "week \(index - recent.count + 1)", value: String(format: "%.2f", value))
            } + [Evidence(label: "weeks seen", value: "\(values.count)")])
    }
}
