import Contracts
import Domain
import Postgres
import ServiceKit

/// Rates of stored cards that end soon and that none come after, said to who has said the card. One notice for those of a card that
/// end on the same day.
enum RaisedCards {
    /// How many days before their last one it is said.
    private static let daysBefore = 14
    /// How many cards one transaction tells at most.
    private static let atOnce = 500
    private static let continuation = "rates.ending-on"

    static let tasks: [ScheduledTask] = [
        .daily("rates.ending") { items, transaction, effects in try tell(items, transaction, &effects) },
        .onDemand(continuation) { items, transaction, effects in try tell(items, transaction, &effects) },
    ]

    private static func tell(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        for item in items {
            let last = item.due.day().adding(days: daysBefore)
            let cards = try CardStore.ending(on: last, after: item.payload, limit: atOnce, transaction)
            guard !cards.isEmpty else { continue }
            let businesses = Set(cards.compactMap(\.business))
            let homes = try OrderStore.owners(of: businesses, transaction)
            let owners = try OpenItemStore.owners(of: businesses, on: item.due.day(), transaction)
            for card in cards {
                raise(
                    card, on: last, card.business.flatMap { homes[$0]?.customerId },
                    card.business.flatMap { owners[$0]?.login ?? homes[$0]?.owner }, &effects)
            }
            effects.count("rate_cards_ending", cards.count)
            guard cards.count == atOnce, let next = cards.last else { continue }
            effects.schedule(continuation, key: "", at: item.due, payload: next.card)
        }
    }

    private static func raise(
        _ card: EndingCard, on last: CalendarDay, _ customerId: String?, _ owner: String?, _ effects: inout Effects
    ) {
        let name = NoticeName(.rateCardEnding, card.card, part: last.description)
        let end = OrganisationZone.current.end(of: last)
        effects.raise(
            NoticeContent(
                name, .attention, revision: effects.noticeRevision(), customerId: customerId, businessLine: "*",
                owner: card.saidBy, alsoTo: [owner],
                facts: [
                    .code("card", card.card), .code("side", card.side), .code("customer", card.customerCode),
                    .code("price-group", card.group), .count("rules", card.rules), .day("ends", last),
                ], next: name.kind.next(["card": card.card]), expiresAt: end, happenedAt: effects.now))
    }
}
