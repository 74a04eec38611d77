import ArgumentParser
import Client
import Contracts
import Domain
import Foundation

struct ProductsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "products", abstract: "What is sold: service units, items of units, products of items.",
        subcommands: [List.self, Show.self, Used.self, Propose.self, Decide.self])

    struct List: QuestionCommand {
        static let asked = AskedQuestion("list", ProductQuestions.list)

        @OptionGroup var asking: AskingOptions
    }

    struct Show: QuestionCommand {
        static let asked = AskedQuestion("show", ProductQuestions.show, arguments: ["code"])

        @OptionGroup var asking: AskingOptions
    }

    struct Used: QuestionCommand {
        static let asked = AskedQuestion("used", ProductQuestions.used, arguments: ["code"])

        @OptionGroup var asking: AskingOptions
    }
}

extension ProductsCommand {
    private static let levels = ProductLevel.allCases.map(\.rawValue).joined(separator: ", ")

    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Propose a version of something that is sold; the whole of it.",
            discussion: """
                The levels: \(levels).
                A rule is RULE=FROM or RULE=FROM..UNTIL, by the days on which the rate card has it.
                A part is CODE, CODE=QUANTITY, or CODE=QUANTITY:DRIVER, where the driver says by what its quantity follows.
                Another person approves it by 'waybill products decide'; it holds from its day on, a later version from the day
                of its approval at the earliest.
                """)

        @Argument(help: "What it is; one of the list above.")
        var level: String
        @Argument(help: "Its code.")
        var code: String
        @Option(help: "Counts its versions from 1: the next one.")
        var version = 1
        @Option(help: "What it is called.")
        var name: String
        @Option(help: ArgumentHelp("What it is called in Chinese.", valueName: "name"))
        var nameInChinese: String?
        @Option(help: "The line of business.")
        var line: String?
        @Option(help: "In what a unit is counted.")
        var unit: String?
        @Option(help: ArgumentHelp("By what it is seen whether a unit was done well.", valueName: "words"))
        var measure: String?
        @Option(
            name: .customLong("sell"), parsing: .singleValue,
            help: ArgumentHelp("By which rule a unit is sold; may be given again.", valueName: "rule=from..until"))
        var sellRules: [String] = []
        @Option(
            name: .customLong("cost"), parsing: .singleValue,
            help: ArgumentHelp("By which rule a unit is costed; may be given again.", valueName: "rule=from..until"))
        var costRules: [String] = []
        @Option(
            name: .customLong("part"), parsing: .singleValue,
            help: ArgumentHelp("What it is made of; may be given again.", valueName: "code=quantity:driver"))
        var parts: [String] = []
        @Option(
            name: .customLong("option"), parsing: .singleValue,
            help: ArgumentHelp("What the customer may leave out; may be given again.", valueName: "code"))
        var options: [String] = []
        @Option(help: ArgumentHelp("The first day on which it holds.", valueName: "day"))
        var from: String
        @Flag(help: "It is sold no more from that day on.")
        var retire = false
        @Option(help: "Why, in words.")
        var note: String?
        @Option(help: ArgumentHelp("When it was said; now when not given.", valueName: "time"))
        var at: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            let terms = ProductTerms(
                level: try ArgumentValue.choice(level, "<level>", ProductLevel.self), code: code, version: version,
                name: name, nameInChinese: nameInChinese, businessLine: line, unit: unit, measure: measure,
                sellRules: try sellRules.map { try Self.rule($0, "--sell") },
                costRules: try costRules.map { try Self.rule($0, "--cost") },
                parts: try parts.map { try Self.part($0, isOption: nil) }
                    + options.map { try Self.part($0, isOption: true) },
                validFrom: try ArgumentValue.day(from, "--from"), isRetired: retire ? true : nil)
            try await act.send(
                ProposeProduct(
                    terms, note: note, at: try at.map { try ArgumentValue.time($0, "--at") } ?? .now(), by: act.by),
                to: .sales, expecting: [ProductChanged.type])
        }

        private static func rule(_ text: String, _ option: String) throws -> UnitRule {
            guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
                throw ValidationError("'\(text)' of \(option) is not RULE=FROM or RULE=FROM..UNTIL")
            }
            let days = text[text.index(after: sign)...]
            let end = days.range(of: "..")
            return UnitRule(
                rule: String(text[..<sign]),
                validFrom: try ArgumentValue.day(String(days[..<(end?.lowerBound ?? days.endIndex)]), option),
                validUntil: try end.map { try ArgumentValue.day(String(days[$0.upperBound...]), option) })
        }

        private static func part(_ text: String, isOption: Bool?) throws -> ProductPart {
            guard let sign = text.firstIndex(of: "=") else { return ProductPart(code: text, isOption: isOption) }
            let rest = text[text.index(after: sign)...]
            let colon = rest.firstIndex(of: ":")
            let quantity = String(rest[..<(colon ?? rest.endIndex)])
            return ProductPart(
                code: String(text[..<sign]),
                quantity: try ArgumentValue.amount(quantity, isOption == nil ? "--part" : "--option"),
                driver: colon.map { String(rest[rest.index(after: $0)...]) }, isOption: isOption)
        }
    }

    struct Decide: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approve a version that another person has proposed, or refuse it.",
            discussion: "The levels: \(levels). 'waybill products used' tells what could be sold no more by it.")

        @Argument(help: "What it is; one of the list above.")
        var level: String
        @Argument(help: "Its code.")
        var code: String
        @Argument(help: "The version.")
        var version: Int
        @Argument(help: "approved or refused.")
        var verdict: String
        @Option(help: "Why, in words; required of what is refused.")
        var note: String?
        @Option(help: ArgumentHelp("When it was decided; now when not given.", valueName: "time"))
        var at: String?
        @OptionGroup var act: ActOptions

        func run() async throws {
            try await act.send(
                DecideProduct(
                    level: try ArgumentValue.choice(level, "<level>", ProductLevel.self), code: code, version: version,
                    verdict: try ArgumentValue.choice(verdict, "<verdict>", ProductVerdict.self), note: note,
                    at: try at.map { try ArgumentValue.time($0, "--at") } ?? .now(), by: act.by),
                to: .sales, expecting: [ProductChanged.type])
        }
    }
}
