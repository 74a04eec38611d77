public import Domain
import Foundation

/// The probability that a lead converts within 180 days, learnt prequentially: each lead is scored by what was known
/// before its day, and then becomes something to learn from.
///
/// A lead that has not converted yet is *open*, not lost: it counts for the days it has been watched. So the model is
/// one of rates per day, not of outcomes:
///
///     rate on a day = age profile (days since capture) × level of the time × ratio of each attribute's value
///
/// which is a proportional-hazards model with piecewise constant rates (Friedman 1982; as a Poisson regression, Laird and
/// Olivier 1981). The level of the time is what makes it follow a change: several memories, from three days to for ever,
/// each predict every day's conversions, and are weighted by how well they did (Herbster and Warmuth 1998, fixed share). The
/// ratios are shrunk to one, by a strength learnt from the spread of the attribute's own values (gamma–Poisson, Robbins
/// 1956). The probability is 1 − exp(−sum of the rates over 180 days).
///
/// Days go forward only: ``advance(to:)`` closes what is before, and only what is closed has been learnt.
public struct LeadScorer {
    /// Within how many days a conversion counts.
    public static let horizon = 180

    private struct Lead {
        let day: Int32
        let values: [Int32]
        /// What a lead like any other would have converted by until its conversion; nil while it is open.
        var exposure: Double?
        var ratio = 1.0
    }

    struct Attribute {
        var places: [String: Int32] = [:]
        var ratios: [Double] = []
        var conversions: [Double] = []
    }

    /// The leads of one day, as far as they are open and young enough.
    private struct Cohort {
        let day: Int32
        var leads: [Int] = []
        /// The sum of their ratios.
        var ratio = 0.0
        /// What an average lead of that day would have converted by.
        var exposure = 0.0
        /// The level of the time while its leads were young.
        var level = 1.0
    }

    private(set) var attributes: [Attribute]
    private var leads: [Lead] = []
    // In the order of their days, so that sums are always made in one order and scores are the same to the last digit.
    private var cohorts: [Cohort] = []
    /// What an average lead of a day would have converted by in all its 180 days.
    private var finished: [Int32: Double] = [:]
    private(set) var profiles = ProfilePair()
    private(set) var level = TimeLevel()
    private var today: Int32?
    private var pending: [(lead: Int, day: Int32)] = []
    private var sinceRefit = 0
    private var conversions = 0

    /// - Parameter attributes: how many attributes each lead has.
    public init(attributes: Int) {
        self.attributes = Array(repeating: Attribute(), count: attributes)
    }

    /// Closes all days before one: from then on they count. Days without leads and conversions count too.
    public mutating func advance(to day: CalendarDay) {
        let day = day.daysSinceEpoch
        guard let from = today else { return today = day }
        guard day > from else { return }
        pending.sort { $0.day < $1.day }
        var next = 0
        for closing in from..<day {
            var converted: [Int] = []
            while next < pending.count, pending[next].day <= closing {
                converted.append(pending[next].lead)
                next += 1
            }
            close(closing, converted)
        }
        pending.removeFirst(next)
        today = day
        if sinceRefit > 20 + (leads.count + conversions) / 30 { refit() }
    }

    /// The probability that a lead of these values, captured on the present day, converts within 180 days.
    public func probability(_ values: [String]) -> Double {
        profiles.probability(level.value * ratio(values))
    }

    /// Takes a lead in, captured on the present day.
    ///
    /// - Returns: its place, by which a conversion names it.
    public mutating func capture(_ values: [String]) -> Int {
        let day = today ?? 0
        var places: [Int32] = []
        places.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            if let place = attributes[index].places[value] {
                places.append(place)
            } else {
                let place = Int32(attributes[index].ratios.count)
                attributes[index].places[value] = place
                attributes[index].ratios.append(1)
                attributes[index].conversions.append(0)
                places.append(place)
            }
        }
        var lead = Lead(day: day, values: places)
        lead.ratio = ratio(places)
        if cohorts.last?.day != day { cohorts.append(Cohort(day: day)) }
        cohorts[cohorts.count - 1].leads.append(leads.count)
        cohorts[cohorts.count - 1].ratio += lead.ratio
        leads.append(lead)
        sinceRefit += 1
        return leads.count - 1
    }

    /// Says that a lead has converted on a day that is not closed yet. One that came before its capture, or after its
    /// 180 days, teaches nothing.
    public mutating func convert(_ lead: Int, on day: CalendarDay) {
        guard day.daysSinceEpoch >= max(leads[lead].day, today ?? 0) else { return }
        pending.append((lead: lead, day: day.daysSinceEpoch))
    }

    // MARK: A day

    private mutating func close(_ day: Int32, _ converted: [Int]) {
        // What the day was expected to bring, before it is known what it brought.
        var all = TimeLevel.Day()
        var young = TimeLevel.Day()
        while let cohort = cohorts.first, Int(day - cohort.day) >= Self.horizon {
            finished[cohort.day] = cohort.exposure
            cohorts.removeFirst()
        }
        for cohort in cohorts {
            let age = Int(day - cohort.day)
            let expected = profiles.rate(age) * cohort.ratio
            all.expected += expected
            if age < TimeLevel.young { young.expected += expected }
        }
        var brought: [Int] = []
        for lead in converted where leads[lead].exposure == nil {
            let age = Int(day - leads[lead].day)
            guard (0..<Self.horizon).contains(age) else { continue }
            brought.append(lead)
            all.brought += 1
            if age < TimeLevel.young { young.brought += 1 }
        }
        // What the old were expected to bring if a change is one of the leads that come, and if it is one of the time.
        var old = (byLeads: 0.0, byTime: 0.0)
        for cohort in cohorts where Int(day - cohort.day) >= TimeLevel.young {
            let age = Int(day - cohort.day)
            old.byLeads += profiles.byLeads.rate(age) * cohort.ratio * cohort.level
            old.byTime += profiles.byTime.rate(age) * cohort.ratio * level.value
        }
        profiles.learn(brought: all.brought - young.brought, byLeads: old.byLeads, byTime: old.byTime)
        level.learn(all: all, young: young)
        for (index, cohort) in cohorts.enumerated() {
            let age = Int(day - cohort.day)
            if age < TimeLevel.young { cohorts[index].level = level.value }
            profiles.byLeads.watch(age, cohorts[index].level * cohort.ratio)
            profiles.byTime.watch(age, level.value * cohort.ratio)
            cohorts[index].exposure += profiles.expected(age, byLeads: cohorts[index].level, byTime: level.value)
        }
        for lead in brought {
            profiles.byLeads.convert(Int(day - leads[lead].day))
            profiles.byTime.convert(Int(day - leads[lead].day))
            guard let cohort = cohort(of: leads[lead]) else { continue }
            leads[lead].exposure = cohorts[cohort].exposure
            cohorts[cohort].ratio -= leads[lead].ratio
            for (attribute, value) in leads[lead].values.enumerated() {
                attributes[attribute].conversions[Int(value)] += 1
            }
            conversions += 1
            sinceRefit += 3
        }
        profiles.refresh()
    }

    /// The place of a lead's cohort; nil when its 180 days are over. Days ascend, so it is looked for by halves.
    private func cohort(of lead: Lead) -> Int? {
        var (low, high) = (0, cohorts.count)
        while low < high {
            let middle = (low + high) / 2
            if cohorts[middle].day < lead.day { low = middle + 1 } else { high = middle }
        }
        return low < cohorts.count && cohorts[low].day == lead.day ? low : nil
    }

    // MARK: Attributes

    private func ratio(_ values: [String]) -> Double {
        var product = 1.0
        for (index, value) in values.enumerated() {
            if let place = attributes[index].places[value] { product *= attributes[index].ratios[Int(place)] }
        }
        return min(max(product, Self.ratios.lowerBound), Self.ratios.upperBound)
    }

    private func ratio(_ values: [Int32]) -> Double {
        var product = 1.0
        for (index, value) in values.enumerated() { product *= attributes[index].ratios[Int(value)] }
        return min(max(product, Self.ratios.lowerBound), Self.ratios.upperBound)
    }

    /// Fits the ratios of all values anew, attribute after attribute, each beside what the others explain.
    private mutating func refit() {
        sinceRefit = 0
        var exposures = [Double](repeating: 0, count: leads.count)
        for (index, lead) in leads.enumerated() {
            exposures[index] = lead.exposure ?? cohort(of: lead).map { cohorts[$0].exposure } ?? finished[lead.day] ?? 0
        }
        for _ in 0..<3 {
            for attribute in attributes.indices {
                var expected = [Double](repeating: 0, count: attributes[attribute].ratios.count)
                for (index, lead) in leads.enumerated() {
                    let place = Int(lead.values[attribute])
                    expected[place] += exposures[index] * lead.ratio / attributes[attribute].ratios[place]
                }
                let observed = attributes[attribute].conversions
                let overall = observed.reduce(0, +) / max(expected.reduce(0, +), 1e-9)
                let strength = Shrinkage.strength(observed: observed, expected: expected.map { $0 * overall })
                for place in expected.indices {
                    attributes[attribute].ratios[place] =
                        (observed[place] + strength) / (expected[place] * overall + strength)
                }
                for index in leads.indices { leads[index].ratio = ratio(leads[index].values) }
            }
        }
        for (index, cohort) in cohorts.enumerated() {
            cohorts[index].ratio = cohort.leads.reduce(0) { sum, lead in
                leads[lead].exposure == nil ? sum + leads[lead].ratio : sum
            }
        }
    }

}
