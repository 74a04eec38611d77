import Contracts
import ServiceKit

extension Capability {
    /// By what things are sold and bought: rules for a customer, a group or everybody, of which one holds at a time.
    static let rateCards = Capability(
        handlers: [
            .on(ImportRateCard.self, CardHandlers.imported), .on(EndCardRules.self, CardHandlers.ended),
            .on(SetPriceGroup.self, CardHandlers.grouped),
        ],
        tasks: RaisedCards.tasks,
        questions: CardQueries.all,
        // Prices are the group's: seen by whom a line reaches the whole of it, as exchange rates are.
        tables: [
            ScopedTable("rate_card", .whole), ScopedTable("rate_rule", .whole), ScopedTable("price_group", .whole),
            ScopedTable("price_group_said", .hidden),
        ])
}
