import ArgumentParser
import Contracts
import Foundation
import Messaging
import ServiceKit

struct InteractionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interactions", abstract: "Who spoke with whom, who should, and who wants to be forgotten.",
        subcommands: [List.self, Coverage.self, Consent.self, Erase.self, Erasures.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The latest contacts with a customer.")

        @OptionGroup var party: PartyOptions
        @Option(help: "How many at most.")
        var limit = 50
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "interactions.list", party.values + [("limit", String(limit))])
        }
    }

    struct Coverage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Key customers that nobody has spoken with for too long.")

        @Option(help: "After how many days; what the service is set to when not given.")
        var days: Int?
        @Option(help: "How many of a hundred customers, by revenue, are key customers.")
        var share: Int?
        @Option(help: "As it was on a day, 2026-05-03.")
        var at: String?
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(
                .customer, "interactions.coverage",
                [("days", days.map(String.init)), ("share", share.map(String.init)), ("at", at)])
        }
    }

    struct Consent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Whether a customer's persons want to be spoken with, by channel.")

        @OptionGroup var party: PartyOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "interactions.consent", party.values)
        }
    }

    struct Erasures: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Who asked when that a person be forgotten.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await output.show(.customer, "interactions.erasures")
        }
    }
}
