import Contracts
import Domain

/// Of how many deliveries something holds.
struct BulletinCount: Sendable, Equatable {
    var numerator = 0
    var denominator = 0
}

/// What a customer's deliveries of a month come to.
struct BulletinTally: Sendable, Equatable {
    /// With those left out that are excluded.
    var kept: [BulletinMeasure: BulletinCount] = [:]
    /// With nothing left out.
    var all: [BulletinMeasure: BulletinCount] = [:]
    /// How many are left out, by reason.
    var exclusions: [ExclusionCode: Int] = [:]
}

/// What bulletins say. Pure.
struct BulletinPolicy: Sendable {
    /// On which day of the next month a month is told, 1 to 28.
    var day = 5
    /// For how many days a customer may object.
    var objectionDays = 14
    /// Of fewer deliveries no figure is told.
    var minimum = 20

    /// The month that is told when a day begins; `nil` on every other day.
    func month(on day: CalendarDay) -> CalendarDay? {
        guard day.components.day == self.day else { return nil }
        return Self.first(of: day.adding(days: -day.components.day))
    }

    /// The first day of a day's month.
    static func first(of day: CalendarDay) -> CalendarDay { day.adding(days: 1 - day.components.day) }

    /// The first day of the next month.
    static func next(after month: CalendarDay) -> CalendarDay { first(of: month.adding(days: 31)) }

    /// The figures for which there is evidence enough, in the order of the measures.
    func figures(of tally: BulletinTally) -> [BulletinFigure] {
        BulletinMeasure.allCases.compactMap { measure in
            let kept = tally.kept[measure] ?? BulletinCount()
            let all = tally.all[measure] ?? BulletinCount()
            guard kept.denominator >= max(1, minimum),
                let share = Proportions.share(kept.numerator, of: kept.denominator),
                let shareOfAll = Proportions.share(all.numerator, of: all.denominator)
            else { return nil }
            let per = measure.per
            return BulletinFigure(
                measure: measure, formula: measure.formula, events: measure.events, numerator: kept.numerator,
                denominator: kept.denominator, per: per, figure: Self.written(share.value, per),
                low: Self.written(share.low, per), high: Self.written(share.high, per),
                excluded: all.denominator - kept.denominator, numeratorOfAll: all.numerator,
                denominatorOfAll: all.denominator, figureOfAll: Self.written(shareOfAll.value, per))
        }
    }

    /// A share as it is told, with two decimals.
    private static func written(_ share: Double, _ per: Int) -> FixedDecimal {
        SurveyNumber.text(share * Double(per)).flatMap { FixedDecimal($0) } ?? .zero
    }

    /// What is signed; `nil` where there is no figure.
    func document(
        of customerId: String, _ month: CalendarDay, version: Int, _ tally: BulletinTally, at now: Timestamp,
        objectionsUntil: Timestamp? = nil, corrects: BulletinCorrection? = nil, keyId: String
    ) -> BulletinDocument? {
        let figures = figures(of: tally)
        guard !figures.isEmpty else { return nil }
        return BulletinDocument(
            customerId: customerId, month: month, version: version, publishedAt: now,
            objectionsUntil: objectionsUntil ?? now.adding(seconds: Int64(objectionDays) * 86_400), minimum: minimum,
            figures: figures,
            exclusions: ExclusionCode.allCases.compactMap { code in
                tally.exclusions[code].map { BulletinExclusion(code: code, deliveries: $0) }
            }, corrects: corrects, keyId: keyId)
    }
}

/// An objection, and how it was answered.
struct BulletinObjection: Sendable, Equatable {
    let measure: BulletinMeasure
    let note: String
    let by: String
    var isAnswered = false
}

/// A bulletin as it stands.
struct BulletinStanding: Sendable, Equatable {
    var version: Int
    let objectionsUntil: Timestamp
    /// What it has figures of.
    var measures: Set<BulletinMeasure>
    /// Objections by their numbers.
    var objections: [String: BulletinObjection] = [:]

    /// Why a step does not fit; `nil` when it does.
    func objection(to body: TakeBulletinStep) -> Refusal? {
        guard body.step != .objected else {
            guard body.at <= objectionsUntil else {
                return Refusal(.expired, path: "$.at", "one could object until \(objectionsUntil)")
            }
            guard body.measure.map(measures.contains) ?? false else {
                return Refusal(.notFound, path: "$.measure", "the bulletin has no such figure")
            }
            return nil
        }
        guard let found = body.objectionId.flatMap({ objections[$0] }) else {
            return Refusal(.notFound, path: "$.objectionId", "nobody has objected by that number")
        }
        guard !found.isAnswered else {
            return Refusal(.wrongState, path: "$.objectionId", "this objection was answered")
        }
        guard !found.by.hasSameBytes(as: body.by) else {
            return Refusal(.samePerson, path: "$.by", "who has taken the objection down does not answer it")
        }
        return nil
    }
}

extension BulletinMeasure {
    /// Of how many it is told.
    var per: Int { self == .damage ? 10_000 : 100 }

    /// How it is worked out.
    var formula: String {
        switch self {
        case .onTime:
            "deliveries completed no later than the promise of the order's first revision / deliveries with such a promise"
        case .inFull:
            "deliveries of at least the quantity ordered / deliveries of which both quantities are known, in one unit"
        case .damage: "deliveries with damaged goods / deliveries of which it was said whether goods were damaged"
        }
    }

    /// What it is worked out from.
    var events: [String] {
        switch self {
        case .onTime: ["order.placed.v1", "order.changed.v1", "order.cancelled.v1", "order.completed.v1"]
        case .inFull: ["order.placed.v1", "order.changed.v1", "order.cancelled.v1", "order.completed.v1"]
        case .damage: ["order.cancelled.v1", "order.completed.v1"]
        }
    }
}
