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

    /// Runs the detector over every series anew: the buckets are the truth, so what came late is simply in them.
    static func evaluate(
        closedWeek: CalendarDay, _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        let series = try AnomalyStore.series(through: closedWeek, weeks: weeks, transaction)
        let open = try AnomalyStore.openSwings(transaction)
        var found: [AnomalyRow] = []
        var calm: [String: Int] = [:]
        var over: [AnomalyStore.OpenSwing] = []
        for (key, buckets) in series.sorted(by: { $0.key < $1.key }) {
            for metric in [AnomalyMetric.orderCount, .orderAmount] {
                guard let finding = finding(buckets, metric, through: closedWeek) else { continue }
                for direction in [AnomalyDirection.up, .down] {
                    let signal = direction == .up ? finding.signal : -finding.signal
                    let id = "\(key)|\(metric.rawValue)|\(direction.rawValue)"
                    if let alert = open[id] {
                        // It is over when the signal stayed below half of the limit for two weeks.
                        let weeks = signal < 0.5 ? alert.calmWeeks + 1 : 0
                        if weeks >= 2 { over.append(alert) } else { calm[alert.id] = weeks }
                    } else if signal > 1 {
                        found.append(
                            AnomalyRow(
                                id: StableIdentifier.of(
                                    "swing", key.source, key.code, key.businessLine, metric.rawValue,
                                    direction.rawValue, closedWeek.description),
                                kind: .levelSwing, direction: direction, metric: metric, key: key, owner: nil,
                                branch: nil, orderId: nil, baseline: finding.baseline, observed: finding.observed,
                                score: signal, evidence: finding.evidence))
                    }
                }
            }
        }
        let cooling = try AnomalyStore.cooling(
            since: effects.now.adding(seconds: -Int64(cooldownDays) * 86_400), transaction)
        found.removeAll { cooling.contains("\($0.key)|\($0.metric.rawValue)|\($0.direction.rawValue)") }
        try AnomalyStore.setCalm(calm, transaction)
        try AnomalyStore.clear(over, transaction, &effects)
        try AnomalyStore.raise(found, causes: [:], transaction, &effects)
        effects.count("evaluations")
    }

    struct Finding {
        let signal: Double
        let baseline: Double
        let observed: Double
        let evidence: [Evidence]
    }

    /// What a series says at its last week; `nil` with too little of it, or in the weeks around the Spring Festival.
    static func finding(
        _ buckets: [CalendarDay: (orders: Double, amount: Double)], _ metric: AnomalyMetric, through last: CalendarDay
    ) -> Finding? {
        guard let first = buckets.keys.min(), !WorkingCalendar.isMasked(last),
            buckets.values.reduce(0, { $0 + $1.orders }) >= 8
        else { return nil }
        var values: [Double] = []
        var raw: [Double] = []
        var week = first
        while week <= last {
            if !WorkingCalendar.isMasked(week) {
                let bucket = buckets[week] ?? (0, 0)
                let perWeek = 5 / WorkingCalendar.workingDays(week)
                let value = (metric == .orderCount ? bucket.orders : max(0, bucket.amount)) * perWeek
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
            signal: point.signal, baseline: baseline, observed: recent.reduce(0, +) / Double(recent.count),
            evidence: recent.enumerated().map { index, value in
                Evidence(
                    label: "week \(index - recent.count + 1)", value: String(format: "%.2f", value))
            } + [Evidence(label: "weeks seen", value: "\(values.count)")])
    }
}

extension SeriesKey: CustomStringConvertible {
    var description: String { "\(source)|\(code)|\(businessLine)" }
}
