import ArgumentParser
import Contracts
import Domain
import Foundation
import Messaging
import ServiceKit

/// How somebody writes something in the books by hand: as a command, about the numbers of the system whose books they are.
struct BookOptions: ParsableArguments {
    @Option(help: "The system whose books it is for; its numbers are meant.")
    var source: String
    @Option(help: ArgumentHelp("When it was; now when not given.", valueName: "time"))
    var at: String?
    @OptionGroup var act: ActOptions

    /// The login of who does it.
    var by: String { act.by }

    /// When it was.
    func time() throws -> Timestamp {
        guard let at else { return AuditTrail.now() }
        guard let time = Timestamp(at) else {
            throw ValidationError("--at '\(at)' is no time such as 2026-01-05T09:30:00+08:00")
        }
        return time
    }

    /// Gives it to the service that keeps the book, and waits for its answer.
    func send(_ body: some Message, to service: ServiceName = .finance) async throws {
        try await act.send(body, to: service, source: source)
    }
}

extension ArgumentValue {
    static func amount(_ text: String, _ option: String) throws -> FixedDecimal {
        guard let amount = FixedDecimal(text) else {
            throw ValidationError("\(option) '\(text)' is no amount such as 20000.00")
        }
        return amount
    }

    static func currency(_ text: String) throws -> Currency {
        guard let currency = Currency(text) else {
            throw ValidationError("--currency '\(text)' is no currency such as CNY")
        }
        return currency
    }
}
