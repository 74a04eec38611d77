import BrokerLayout
import Client
import Contracts
import Messaging

/// The services over the broker, as the one user that may speak for others (decision 0023).
///
/// All questions go by one connection, which is made with the first of them; a command has a connection of its own, for it
/// waits for a confirm.
struct BrokerServices: Services {
    private let broker: BrokerConfiguration
    /// The connection for questions.
    let client: RequestClient

    /// - Parameter broker: the broker, as the edge's user.
    /// - Throws: ``ConsoleProblem`` when it is another user, whom no service would believe.
    init(_ broker: BrokerConfiguration) throws(ConsoleProblem) {
        guard broker.userName == BrokerUsers.edge else {
            throw ConsoleProblem(
                "WAYBILL_AMQP_URL logs in as '\(broker.userName)': services believe '\(BrokerUsers.edge)' alone when it "
                    + "speaks for people ('waybill users add \(BrokerUsers.edge) --edge' makes it)")
        }
        self.broker = broker
        client = Asking.client(broker)
    }

    func ask(
        _ questions: [Asking.Question], for person: SignedIn, within patience: Duration
    ) async -> [Result<Asking.Answer, any Error>] {
        let named = questions.map { question in
            var question = question
            question.person = person.login
            return question
        }
        return await Asking.answers(named, client: client, timeout: patience)
    }

    func send(_ command: ServiceCommand, for person: SignedIn, within patience: Duration) async throws -> ActReply {
        try await Commanding.send(
            command.type, command.data, to: command.service, source: command.source, id: command.id, as: broker,
            onBehalfOf: person.login, within: patience)
    }

    /// Closes the connection for questions; what is not answered fails.
    func close() async { await client.close() }
}
