import Contracts
import Domain
import Postgres
import ServiceKit

/// Exchange rates that people load while the service runs.
struct RateHandlers: Sendable {
    private static let name = "margin.revalue"

    let rates: ExchangeRates
    let policy: MarginPolicy
    let authority: Authority

    /// Values orders anew that have a cost without a rate, once there is one.
    var task: ScheduledTask {
        .onDemand(Self.name) { items, transaction, effects in
            let keys = Set(items.compactMap(\.order)).sorted()
            var ledger = try OrderLedger(keys, rates: rates, policy: policy, transaction)
            for key in keys { ledger.touch(key, causedBy: nil) }
            try ledger.settle(.cost, transaction, &effects)
        }
    }

    func load(
        _ messages: [Received<LoadRates>], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        // Whoever has read a revision must have read all before it, so that one load ends before the next has its number.
        try KeyLock.lock("exchange-rates", transaction)
        let before = try rates.current(transaction)
        var loaded: [RateTable.Entry] = []
        for message in messages {
            let body = message.body
            guard authority.mandate(message.permit, of: body.by, branch: nil, on: effects.now.day()) != nil else {
                effects.refuse(
                    message,
                    Refusal(
                        .notAuthorised, path: "$.by",
                        "'\(body.by)' may not load rates: the director may, and approvers of the authority file"))
                continue
            }
            let entries = body.rates.compactMap(\.entry)
            try RateStore.put(entries, by: body.by, at: effects.now, transaction)
            loaded += entries
            effects.count("exchange_rates_loaded", entries.count)
        }
        for key in try RateStore.orders(waitingFor: Self.gains(loaded, before), transaction) {
            effects.schedule(Self.name, key: key.scheduled, at: effects.now)
        }
    }

    /// The days on which currencies have a rate now that had none before.
    static func gains(_ loaded: [RateTable.Entry], _ before: RateTable) -> [RateStore.Gain] {
        let known = Dictionary(grouping: before.entries, by: \.currency).compactMapValues { $0.map(\.from).min() }
        let first = Dictionary(grouping: loaded, by: \.currency).compactMapValues { $0.map(\.from).min() }
        return first.sorted { $0.key < $1.key }.compactMap { currency, from in
            let end = known[currency]
            return end.map { from < $0 } ?? true ? RateStore.Gain(currency: currency, from: from, before: end) : nil
        }
    }
}
