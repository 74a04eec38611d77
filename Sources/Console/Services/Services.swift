import Client
import Contracts
import Domain

/// The services as a page and the HTTP API meet them: they are asked and given commands in the name of a person, and what
/// that person may see and do they decide themselves.
protocol Services: Sendable {
    /// Asks several questions at once, each answered or not by itself.
    ///
    /// - Parameters:
    ///   - questions: what is asked; for whom they are asked is set here.
    ///   - person: for whom.
    ///   - patience: how long to wait for all of them.
    /// - Returns: in the order of the questions, the answer, or why there is none: `ClientError` with the reason of a
    ///   refusal or that the service was not heard of, otherwise what is wrong with the broker.
    func ask(
        _ questions: [Asking.Question], for person: SignedIn, within patience: Duration
    ) async -> [Result<Asking.Answer, any Error>]

    /// Gives a service a command, and waits for what came of it.
    ///
    /// - Parameters:
    ///   - command: the command.
    ///   - person: who acts.
    ///   - patience: how long to wait for the answer.
    /// - Returns: that it was carried out, or refused and why.
    /// - Throws: `ClientError` of code `notHeard` when the service has not answered; the command is kept and takes effect
    ///   when it is back. `Failure` when nothing was done, or it is not known whether.
    func send(_ command: ServiceCommand, for person: SignedIn, within patience: Duration) async throws -> ActReply
}

extension Services {
    /// Asks one question.
    func ask(
        _ question: Asking.Question, for person: SignedIn, within patience: Duration
    ) async -> Result<Asking.Answer, any Error> {
        await ask([question], for: person, within: patience).first
            ?? .failure(ClientError(.notHeard, "nothing was asked"))
    }
}

/// A command for a service, in the form in which it is sent.
struct ServiceCommand: Sendable {
    /// The message type.
    let type: MessageType
    /// Its data, as JSON.
    let data: [UInt8]
    /// Who carries it out.
    let service: ServiceName
    /// Whose numbers it speaks of.
    let source: String
    /// Its identifier: the same again has no second effect and gets the same answer.
    let id: String

    /// - Parameters: as the properties; without a source it speaks of nobody's numbers in particular.
    init(
        _ type: MessageType, data: [UInt8], to service: ServiceName, source: String = Commanding.source, id: String
    ) {
        (self.type, self.data, self.service, self.source, self.id) = (type, data, service, source, id)
    }
}
