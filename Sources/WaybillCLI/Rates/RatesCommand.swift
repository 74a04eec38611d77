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
                id, amount, currency, rule and, where there is no price, the reason. Needs no service; docs/business/finance/rates.md.
                """)

        @Argument(help: "The shipments, as comma-separated values; - for standard input.")
        var shipments: String
        @Option(help: "The rate card, as comma-separated values.")
        var card: String
        @Option(help: "Where to write the prices; - for standard output.")
        var out = "-"
        @Option(help: ArgumentHelp("Say how the price of one shipment comes about.", valueName: "id"))
        var explain: String?

        func run() throws {
            let card = try RateCardFile.read(self.card)
            var file = try ColumnFile(shipments, required: ShipmentColumns.names)
            let columns = ShipmentColumns(file)
            var text = "id,amount,currency,rule,reason\n"
            var isExplained = false
            while let row = file.next() {
                let id = row[columns.id]
                text += CommaSeparated.cell(id)
                do {
                    let shipment = try columns.shipment(row)
                    if id == explain {
                        isExplained = true
                        print(card.explain(shipment).steps.joined(separator: "\n"))
                    }
                    switch card.price(shipment) {
                    case .priced(let price):
                        text += ",\(price.amount),\(price.currency),\(CommaSeparated.cell(price.rule)),\n"
                    case .unpriced(let reason, let rule):
                        text += ",,,\(CommaSeparated.cell(rule ?? "")),\(reason.rawValue)\n"
                    }
                } catch {
                    text += ",,,,\(error.reason)\n"
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

    init(_ file: ColumnFile) {
        id = file.place("id")
        day = file.place("day")
        serviceItem = file.place("service_item")
        origin = file.place("origin")
        destination = file.place("destination")
        quantity = file.place("quantity")
        unit = file.place("unit")
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
