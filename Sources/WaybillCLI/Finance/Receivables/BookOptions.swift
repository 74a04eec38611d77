import ArgumentParser
import Client
import Contracts
import Domain
import Foundation
import Messaging

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
        try at.map { try ArgumentValue.time($0, "--at") } ?? .now()
    }

    /// Gives it to the service that keeps the book, and waits for its answer.
    func send(_ body: some Message, to service: ServiceName = .finance) async throws {
        try await act.send(body, to: service, source: source)
    }
}
