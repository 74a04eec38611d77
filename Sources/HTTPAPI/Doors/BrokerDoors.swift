import BrokerLayout
import Client
package import Contracts
package import Messaging

/// Questions over the broker, by one connection as the edge's user, which names the person.
package struct BrokerQuestions: QuestionAsking {
    private let client: RequestClient

    /// - Parameter client: a client that is logged in as the edge.
    package init(_ client: RequestClient) { self.client = client }

    package func ask(_ question: PersonsQuestion, within patience: Duration) async throws -> QueryReply {
        let type = RunQuery.type(for: question.service)
        let request = RunQuery(
            query: question.name, parameters: question.parameters, isExport: question.isExport)
        let message = Outgoing(
            exchange: Exchanges.commands, routingKey: type.description,
            properties: MessageProperties(
                contentType: "application/json", headers: [BrokerUsers.onBehalfOf: .string(question.person)],
                deliveryMode: 1, type: type.description),
            body: request.encode())
        let answer: Delivery
        do {
            answer = try await client.request(message, timeout: patience)
        } catch {
            switch error.code {
            case .timedOut: throw ServiceSilence(.late, error.description)
            case .cancelled: throw CancellationError()
            default: throw ServiceSilence(.away, error.description)
            }
        }
        // An answer is made by our own services and may be larger than what others may send.
        var limits = JSONLimits.standard
        limits.bodyBytes = 32 << 20
        do {
            return try QueryReply(json: answer.body, limits: limits)
        } catch {
            throw ServiceSilence(.unreadable, error.description)
        }
    }
}

/// Commands over the broker as the edge's user, which names the person.
package struct BrokerCommands: CommandGiving {
    private let user: BrokerConfiguration

    /// - Parameter user: the broker as the edge.
    package init(as user: BrokerConfiguration) { self.user = user }

    package func give(_ command: PersonsCommand, within patience: Duration) async throws -> ActReply? {
        do {
            return try await Commanding.send(
                command.type, command.data, to: command.service, source: command.source, id: command.id, as: user,
                onBehalfOf: command.person, within: patience)
        } catch let error as ClientError where error.code == .notHeard {
            return nil
        } catch is CancellationError {
            throw CancellationError()
        } catch let refusal as Refusal {
            throw ServiceSilence(.unreadable, refusal.description)
        } catch {
            throw ServiceSilence(.away, "\(error)")
        }
    }
}

extension Publisher: EventPublishing {}
