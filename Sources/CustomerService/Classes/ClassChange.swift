import Contracts
import CustomerValue
import Domain
import ServiceKit

/// A class over days.
struct ClassSpan: Sendable, Equatable {
    var id: Int64?
    let value: String
    let from: CalendarDay
    var to: CalendarDay?
    let reason: String
    let model: Int
}

/// What judging a customer anew makes of its classes. Pure: spans before in, spans after out.
struct ClassChange: Sendable {
    let customerId: String
    let revision: Int
    let evaluatedTo: CalendarDay?
    /// What is to be written.
    let edits: Edits
    /// The open spans as they stand now.
    let standing: [ClassDimension: ClassSpan]
    private let before: [ClassDimension: ClassSpan]
    private let lastLifecycle: ClassSpan?
    let isNews: Bool

    /// What is to be written.
    struct Edits: Sendable {
        /// Spans that are no longer true.
        var superseded: [Int64] = []
        /// Open spans that have ended.
        var ended: [(id: Int64, to: CalendarDay)] = []
        var added: [(dimension: ClassDimension, span: ClassSpan)] = []
    }

    /// How far back history is judged at most.
    static let horizonDays = 1_100

    init(
        customerId: String, marked: CalendarDay, through: CalendarDay, state: ClassStore.State, subject: Subject?,
        models: [ValueModel], known: [ClassDimension: [ClassSpan]]
    ) {
        self.customerId = customerId
        let before = known.compactMapValues { spans in spans.last { $0.to == nil } }
        self.before = before
        // Whoever has judged a later day already is not taken back by one that is late.
        let through = max(through, state.evaluatedTo ?? through)
        var standing: [ClassDimension: ClassSpan] = [:]
        var lifecycle: [ClassSpan] = []
        var edits = Edits()
        if let subject {
            let due = state.evaluatedTo.map { min(marked, $0.adding(days: 1)) } ?? subject.start
            let from = min(through, max(due, subject.start, through.adding(days: -Self.horizonDays)))
            let runs = Self.runs(subject, from: from, through: through, models)
            for dimension in ClassDimension.allCases {
                let spans = edits.replace(
                    dimension, known[dimension] ?? [], by: runs[dimension] ?? [], from: from)
                standing[dimension] = spans.last
                if dimension == .lifecycle { lifecycle = spans }
            }
        } else {
            // Nothing belongs to it any more: what it was is part of another's history now.
            edits.superseded = known.values.flatMap { $0.compactMap(\.id) }
        }
        self.edits = edits
        self.standing = standing
        lastLifecycle = lifecycle.dropLast().last
        isNews = !standing.isEmpty && standing.mapValues(\.value) != before.mapValues(\.value)
        revision = state.revision + (isNews ? 1 : 0)
        evaluatedTo = subject == nil ? nil : through
    }

    /// The classes of every day from one to another, equal days drawn together.
    private static func runs(
        _ subject: Subject, from: CalendarDay, through: CalendarDay, _ models: [ValueModel]
    ) -> [ClassDimension: [ClassSpan]] {
        let industry = Industry.of(subject.name)
        var runs: [ClassDimension: [ClassSpan]] = [:]
        var day = from
        while day <= through {
            let number = Int(day.daysSinceEpoch)
            let model = ValueModelStore.model(of: models, on: number)
            let credit = subject.credit.last { $0.day <= number }?.state ?? .ok
            let found = Assessment(subject.history, on: number, model: model, credit: credit)
            let region = subject.regions.last { $0.day <= number }?.region
            let flag = subject.strategic.last { $0.day <= number }
            for (dimension, finding) in [
                (ClassDimension.value, found.value), (.margin, found.margin), (.payment, found.payment),
                (.growth, found.growth), (.costToServe, found.costToServe), (.risk, found.risk),
                (.lifecycle, found.lifecycle), (.cluster, found.cluster),
                (
                    .industry,
                    .init(industry?.industry ?? "unknown", industry.map { "name has \($0.word)" } ?? "no word")
                ),
                (.region, .init(region ?? "unknown", region == nil ? "no branch known" : "branch of the last order")),
                (.strategic, .init(flag?.isStrategic ?? false ? "yes" : "no", flag?.reason ?? "nobody said so")),
            ] {
                if runs[dimension]?.last?.value == finding.value { continue }
                if let last = runs[dimension]?.count { runs[dimension]?[last - 1].to = day.adding(days: -1) }
                runs[dimension, default: []].append(
                    ClassSpan(
                        value: finding.value, from: day, to: nil, reason: String(finding.reason.prefix(200)),
                        model: model.version))
            }
            day = day.adding(days: 1)
        }
        return runs
    }

    /// Tells the world, if some open class is another one than it was told before.
    ///
    /// - Returns: that it has come into another state of its life, when it has.
    func publish(at now: Timestamp, causedBy cause: Envelope?, _ effects: inout Effects) -> LifecycleChanged? {
        guard isNews else { return nil }
        let model = standing.values.map(\.model).max() ?? 0
        effects.publish(
            CustomerClassified(
                customerId: customerId, revision: revision,
                classes: ClassDimension.allCases.compactMap { dimension in
                    standing[dimension].map { span in
                        let previous = before[dimension]?.value
                        return CustomerClass(
                            dimension: dimension, value: span.value, since: span.from, reason: span.reason,
                            previous: previous == span.value ? nil : previous)
                    }
                }, model: model, classifiedAt: now), causedBy: cause, key: customerId)
        effects.count("classified")
        guard let span = standing[.lifecycle], let state = LifecycleState(rawValue: span.value),
            before[.lifecycle]?.value != span.value
        else { return nil }
        let event = LifecycleChanged(
            customerId: customerId, revision: revision, state: state,
            previous: before[.lifecycle].flatMap { LifecycleState(rawValue: $0.value) }, since: span.from,
            dwellDays: lastLifecycle.map { $0.from.days(to: span.from) }, reason: span.reason, changedAt: now)
        effects.publish(event, causedBy: cause, key: customerId)
        return event
    }
}

extension ClassChange.Edits {
    /// Puts runs in the place of what was known from a day on.
    ///
    /// - Returns: the spans that hold now, from the last one before the day.
    mutating func replace(
        _ dimension: ClassDimension, _ known: [ClassSpan], by runs: [ClassSpan], from: CalendarDay
    ) -> [ClassSpan] {
        let earlier = known.filter { $0.from < from }
        var desired = runs
        if var last = earlier.last, last.to.map({ $0 >= from.adding(days: -1) }) ?? true {
            if let first = desired.first, first.value == last.value {
                last.to = first.to
                desired[0] = last
            } else {
                last.to = from.adding(days: -1)
                desired.insert(last, at: 0)
            }
        }
        var kept: Set<Int64> = []
        for span in desired {
            guard let old = known.first(where: { $0.from == span.from }), let id = old.id, old.value == span.value,
                old.reason == span.reason
            else {
                added.append((dimension, span))
                continue
            }
            if old.to == span.to {
                kept.insert(id)
            } else if old.to == nil, let end = span.to {
                kept.insert(id)
                ended.append((id, end))
            } else {
                added.append((dimension, span))
            }
        }
        let first = desired.first?.from ?? from
        superseded += known.filter { $0.from >= first }.compactMap(\.id).filter { !kept.contains($0) }
        return desired
    }
}
