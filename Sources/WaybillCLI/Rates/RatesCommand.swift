import ArgumentParser
import Client
import Domain
import Foundation
import Importing
import Pricing

struct RatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rates", abstract: "What things cost by a rate card, and what currencies are worth.",
        subcommands: [
            PriceCommand.self, ImportCardCommand.self, ListCardsCommand.self, ShowCardCommand.self,
            AskPriceCommand.self,
            EndCardRulesCommand.self, SetPriceGroupCommand.self, LoadRatesCommand.self, ListRatesCommand.self,
        ])
}

extension RatesCommand {
    struct PriceCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "price", abstract: "Price the shipments of a file by the rate card of another.",
            discussion: """
                SHIPMENTS has the columns id, day, service_item, origin, destination, quantity, unit. A card has rule,
                service_item, origin, destination, unit, method, from, to, minimum, maximum, rate, currency, valid_from,
                valid_until; a rule has one row, or one for each break; * is any place. Written is a line a shipment:
                id, amount, currency, rule and, where there is no price, the reason; with --surcharges also what comes on top of it and
                the total. Needs no service; docs/business/finance/rates.md.
                """)

        @Argument(help: "The shipments, as comma-separated values; - for standard input.")
        var shipments: String
        @Option(help: "The rate card, as comma-separated values.")
        var card: String
        @Option(help: "To which zones places belong: the card's places are zones. Columns pattern, zone.")
        var zones: String?
        @Option(help: "What comes on top of prices. Columns code, kind, rate, of, minimum, maximum.")
        var surcharges: String?
        @Option(help: ArgumentHelp("Charge by weight or size: so many cm³ are a kilogram.", valueName: "number"))
        var divisor: Int?
        @Option(help: ArgumentHelp("Up to a whole number of which such a weight is rounded.", valueName: "kg"))
        var step = "0.5"
        @Flag(help: "Of what the size weighs beyond the scales only half is charged.")
        var halfVolume = false
        @Option(help: "Where to write the prices; - for standard output.")
        var out = "-"
        @Option(help: ArgumentHelp("Say how the price of one shipment comes about.", valueName: "id"))
        var explain: String?

        func run() throws {
            let card = try RateCardFile.read(self.card)
            let zones = try self.zones.map(SurchargeFile.zones)
            let graph = try surcharges.map(SurchargeFile.surcharges)
            let weight = try chargeable()
            var file = try ColumnFile(shipments, required: ShipmentColumns.names)
            let columns = ShipmentColumns(file)
            var text = "id,amount,currency,rule,reason" + (graph == nil ? "\n" : ",surcharges,total\n")
            let nothing = graph == nil ? "\n" : ",,\n"
            var isExplained = false
            while let row = file.next() {
                let id = row[columns.id]
                text += CommaSeparated.cell(id)
                do {
                    var shipment = try columns.shipment(row)
                    if let weight { shipment = try columns.charged(shipment, row, by: weight) }
                    if let zones { shipment = zones.zoned(shipment) }
                    if id == explain {
                        isExplained = true
                        print(card.explain(shipment).steps.joined(separator: "\n"))
                    }
                    switch card.price(shipment) {
                    case .priced(let price):
                        var more = ""
                        if let graph {
                            more = try Self.onTop(of: price, graph, shipment, isExplained: id == explain)
                        }
                        text += ",\(price.amount),\(price.currency),\(CommaSeparated.cell(price.rule)),\(more)\n"
                    case .unpriced(let reason, let rule):
                        text += ",,,\(CommaSeparated.cell(rule ?? "")),\(reason.rawValue)\(nothing)"
                    }
                } catch {
                    text += ",,,,\(error.reason)\(nothing)"
                    if id == explain {
                        isExplained = true
                        print("\(error.reason): \(error.detail)")
                    }
                }
            }
            if let problem = file.problem { throw Failure(problem) }
            if let explain, !isExplained { throw Failure("there is no shipment '\(explain)' in '\(shipments)'") }
            if explain == nil || out != "-" { try OutputFile.write(text, to: out) }
        }

        /// By which weight is charged; `nil` when the quantity is as it stands.
        private func chargeable() throws -> ChargeableWeight? {
            guard let divisor else {
                guard !halfVolume else {
                    throw ValidationError("--half-volume says how --divisor is meant: give that, too")
                }
                return nil
            }
            guard let step = ExactDecimal(step),
                let weight = try? ChargeableWeight(
                    divisor: divisor, step: step, isHalfVolume: halfVolume)
            else { throw ValidationError("--divisor and --step are above nought") }
            return weight
        }

        /// The cells of what comes on top of a price, and of the total.
        private static func onTop(
            of price: Price, _ graph: SurchargeGraph, _ shipment: Shipment, isExplained: Bool
        ) throws(RateFault) -> String {
            guard
                let (applied, total) = graph.apply(
                    to: price.exact, quantity: shipment.quantity, in: price.currency)
            else { throw RateFault("number-out-of-range", "the surcharges have more digits than fit") }
            let digits = price.currency.fractionDigits
            let words = applied.map { "\($0.code)=\($0.amount.text(roundedTo: digits))" }
            if isExplained {
                for (one, word) in zip(applied, words) { print("\(word)\(one.base.map { " of \($0)" } ?? "")") }
            }
            return ",\(CommaSeparated.cell(words.joined(separator: " "))),\(total.text(roundedTo: digits))"
        }
    }
}

/// Where the columns of shipments are, and how a row is read.
private struct ShipmentColumns {
    static let names = ["id", "day", "service_item", "origin", "destination", "quantity", "unit"]
    let id: Int?
    private let day: Int?
    private let serviceItem: Int?
    private let origin: Int?
    private let destination: Int?
    private let quantity: Int?
    private let unit: Int?
    private let gross: Int?
    private let volume: Int?

    init(_ file: ColumnFile) {
        id = file.place("id")
        day = file.place("day")
        serviceItem = file.place("service_item")
        origin = file.place("origin")
        destination = file.place("destination")
        quantity = file.place("quantity")
        unit = file.place("unit")
        gross = file.place("gross_kg")
        volume = file.place("volume_cm3")
    }

    /// The same for the weight that is charged.
    func charged(
        _ shipment: Shipment, _ row: ColumnFile.Row, by way: ChargeableWeight
    ) throws(RateFault) -> Shipment {
        let gross = try RateFields.decimal(row[self.gross], "gross_kg") ?? shipment.quantity
        let volume = try RateFields.decimal(row[self.volume], "volume_cm3") ?? .zero
        guard !gross.isNegative, !volume.isNegative else {
            throw RateFault("negative-amount", "weight or size is below nought")
        }
        guard let weight = way.weight(gross: gross, volume: volume) else {
            throw RateFault("number-out-of-range", "weight and size have more digits than fit")
        }
        return Shipment(
            day: shipment.day, serviceItem: shipment.serviceItem, origin: shipment.origin,
            destination: shipment.destination, quantity: weight, unit: shipment.unit)
    }

    func shipment(_ row: ColumnFile.Row) throws(RateFault) -> Shipment {
        let day = try RateFields.day(row[self.day], "day")
        let quantity = try RateFields.decimal(row[self.quantity], "quantity")
        guard let day, let quantity else { throw RateFault("missing-field", "'day' and 'quantity' are required") }
        guard !quantity.isNegative else { throw RateFault("negative-amount", "the quantity is below nought") }
        return Shipment(
            day: day, serviceItem: row[serviceItem], origin: row[origin], destination: row[destination],
            quantity: quantity, unit: row[unit])
    }
}

/// How fields of cards and shipments are read.
enum RateFields {
    static func decimal(_ text: String, _ name: String) throws(RateFault) -> ExactDecimal? {
        if text.isEmpty { return nil }
        guard let value = ExactDecimal(text) else {
            throw RateFault(
                "not-a-decimal",
                "'\(name)' is a plain decimal such as 12.345, of at most 18 digits, not '\(text.prefix(64))'")
        }
        return value
    }

    static func day(_ text: String, _ name: String) throws(RateFault) -> CalendarDay? {
        if text.isEmpty { return nil }
        guard let day = CalendarDay(text) else {
            throw RateFault("bad-time", "'\(name)' is a day such as 2026-01-05, not '\(text.prefix(64))'")
        }
        return day
    }
}
