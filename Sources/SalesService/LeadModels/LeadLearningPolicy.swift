import Contracts
import Domain
import Foundation
import LeadScoring

/// What a lead is scored by: what its first capture says, and nothing that came later.
struct LeadFeatures: Sendable {
    private static let own = ["source", "channel", "campaign", "line", "branch"]
    private let values: [String: String]

    /// - Parameters: as the capture says, the attributes as a list of objects with a name and a value, in JSON.
    init(source: String, channel: String, campaign: String?, line: String?, branch: String?, attributes: String) {
        let said = (try? JSONDecoder().decode([Said].self, from: Data(attributes.utf8))) ?? []
        self.init(source, channel, campaign, line, branch, said.map { ($0.name, $0.value) })
    }

    /// - Parameters:
    ///   - body: the capture.
    ///   - source: the system that says it.
    init(_ body: LeadCaptured, from source: String) {
        self.init(
            source, body.channel.rawValue, body.campaign, body.businessLine, body.branch,
            body.attributes.map { ($0.name, $0.value) })
    }

    private init(
        _ source: String, _ channel: String, _ campaign: String?, _ line: String?, _ branch: String?,
        _ attributes: [(String, String)]
    ) {
        var values = ["source": source, "channel": channel]
        values["campaign"] = campaign
        values["line"] = line
        values["branch"] = branch
        // Behind a mark, so that an attribute of the same name is another one.
        for (name, value) in attributes { values["+" + name] = value }
        self.values = values
    }

    private struct Said: Decodable {
        let name: String
        let value: String
    }

    /// The levels of some attributes, in their order; of one that is not said the empty one.
    func levels(_ names: [String]) -> [String] { names.map { LeadAttribute.level(values[$0] ?? "") } }

    /// The line of business.
    var line: String? { values["line"] }

    /// The names of attributes that are learnt of: what every capture says, and of the rest those that most say.
    static func names(of all: [LeadFeatures]) -> [String] {
        var counts: [String: Int] = [:]
        for features in all {
            for name in features.values.keys where name.hasPrefix("+") { counts[name, default: 0] += 1 }
        }
        let often = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(16).map(\.key)
        return own + often.sorted()
    }
}

/// What scores are made by, learnt of what had happened by the end of a day. Pure.
enum LeadLearningPolicy {
    /// How far back is learnt, in days.
    static let days = 730
    /// How many leads are learnt of at most: the latest.
    static let most = 100_000
    /// The worth of leads of how many days says how good one is.
    private static let compared = 180

    /// - Parameters:
    ///   - leads: those that had been captured by the end of the day.
    ///   - day: the day; conversions after it are not looked at.
    static func learn(_ leads: [LearntLead], by day: CalendarDay) -> LeadModel {
        let names = LeadFeatures.names(of: leads.map(\.features))
        var scorer = LeadScorer(attributes: names.count)
        let levels = leads.map { $0.features.levels(names) }
        // Captures of a day before its conversions, in the order of their identifiers, so that the order of rows changes
        // nothing.
        enum Event {
            case capture(Int)
            case convert(Int)
        }
        var events: [(day: CalendarDay, isConversion: Bool, event: Event, lead: String)] = []
        for (place, lead) in leads.enumerated() {
            let captured = lead.capturedAt.day()
            guard captured <= day else { continue }
            events.append((captured, false, .capture(place), lead.leadId))
            if let converted = lead.convertedAt?.day(), converted >= captured, converted <= day {
                events.append((converted, true, .convert(place), lead.leadId))
            }
        }
        events.sort { first, second in
            if first.day != second.day { return first.day < second.day }
            if first.isConversion != second.isConversion { return !first.isConversion }
            return first.lead < second.lead
        }
        var places = [Int](repeating: 0, count: leads.count)
        for (day, _, event, _) in events {
            scorer.advance(to: day)
            switch event {
            case .capture(let place): places[place] = scorer.capture(levels[place])
            case .convert(let place): scorer.convert(places[place], on: day)
            }
        }
        scorer.advance(to: day.adding(days: 1))
        var model = scorer.model(names: names)
        model.margins = margins(of: leads.filter { ($0.convertedAt?.day()).map { $0 <= day } ?? false })
        let since = day.adding(days: -compared)
        model.cuts = LeadModel.cuts(
            of: leads.indices.filter { leads[$0].capturedAt.day() >= since }.map { place in
                model.worth(model.probability(levels[place]), line: leads[place].features.line)
            })
        return model
    }

    /// What a conversion of each line earns, in the middle, in the currency that most are in: amounts of others are not
    /// compared with it.
    private static func margins(of converted: [LearntLead]) -> [String: Double] {
        let known = converted.compactMap { lead in
            lead.currency.flatMap { currency in
                lead.margin.map { (currency: currency, line: lead.features.line, margin: Double($0.units) / 10_000) }
            }
        }
        let currencies = Dictionary(grouping: known, by: \.currency)
        guard
            let most = currencies.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) })?.value,
            most.count >= 5
        else { return [:] }
        func middle(_ margins: [Double]) -> Double { margins.sorted()[margins.count / 2] }
        var found = Dictionary(grouping: most.filter { $0.line != nil }, by: { $0.line ?? "" })
            .filter { $0.value.count >= 5 }.mapValues { middle($0.map(\.margin)) }
        found[""] = middle(most.map(\.margin))
        return found
    }
}
