import BrokerLayout
package import Contracts
package import Domain
package import Messaging

/// Asks services, which answer by tables.
package enum Asking {
    /// One question to a service.
    package struct Question: Sendable {
        /// Who is asked.
        package let service: ServiceName
        /// The question's name in the catalogue.
        package let query: String
        /// Its parameters; those without a value are left out.
        package var values: [(String, String?)]
        /// The data of messages that it is about, each as JSON.
        package var lines: [String]
        /// Whether the answer is to be taken out of the system, as a file or page by page to the end.
        package var isExport: Bool
        /// For whom the edge asks, by login; only the edge's user is believed, and it must name somebody.
        package var person: String?

        /// - Parameters: as the properties.
        package init(
            service: ServiceName, query: String, values: [(String, String?)] = [], lines: [String] = [],
            isExport: Bool = false, onBehalfOf person: String? = nil
        ) {
            (self.service, self.query, self.values, self.lines) = (service, query, values, lines)
            (self.isExport, self.person) = (isExport, person)
        }

        fileprivate var message: Outgoing {
            let type = RunQuery.type(for: service)
            let parameters = values.compactMap { name, value in value.map { QueryParameter(name: name, value: $0) } }
            var properties = MessageProperties(
                contentType: "application/json", deliveryMode: 1, type: type.description)
            if let person { properties.headers[BrokerUsers.onBehalfOf] = .string(person) }
            return Outgoing(
                exchange: Exchanges.commands, routingKey: type.description, properties: properties,
                body: RunQuery(query: query, parameters: parameters, lines: lines, isExport: isExport).encode())
        }

        fileprivate func tables(_ answer: Delivery) throws -> [QueryTable] { try read(answer).tables }

        fileprivate func read(_ answer: Delivery) throws -> Answer {
            // An answer is made by our own services and may be larger than what others may send.
            var limits = JSONLimits.standard
            limits.bodyBytes = 32 << 20
            let reply = try QueryReply(json: answer.body, limits: limits)
            guard reply.status == .answered else {
                throw ClientError(
                    .refused, "\(service.rawValue) refused: \(reply.reason ?? "") \(reply.detail ?? "")",
                    reason: reply.reason, detail: reply.detail)
            }
            return Answer(tables: reply.tables, asOf: reply.asOf)
        }
    }

    /// What a service has answered.
    package struct Answer: Sendable {
        /// The tables, in their order.
        package let tables: [QueryTable]
        /// The time that they are of.
        package let asOf: Timestamp

        /// - Parameters: as the properties.
        package init(tables: [QueryTable], asOf: Timestamp) {
            (self.tables, self.asOf) = (tables, asOf)
        }
    }

    /// A client for many questions, by one connection that is made with the first of them.
    package static func client(_ broker: BrokerConfiguration) -> RequestClient {
        RequestClient(configuration: broker, replies: Exchanges.replies)
    }

    /// Asks one service.
    ///
    /// - Throws: ``ClientError`` when it refuses or is not heard of in time, ``MessagingError`` when the broker cannot be
    ///   reached.
    package static func ask(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = [], lines: [String] = [],
        isExport: Bool = false, client: RequestClient, timeout: Duration = .seconds(5)
    ) async throws -> [QueryTable] {
        let question = Question(service: service, query: query, values: values, lines: lines, isExport: isExport)
        do {
            return try question.tables(try await client.request(question.message, timeout: timeout))
        } catch let error as MessagingError where error.code == .timedOut {
            throw ClientError(.notHeard, "\(error)")
        }
    }

    /// Asks several questions at once.
    ///
    /// - Returns: in the order of the questions, the answer, or why there is none.
    package static func together(
        _ questions: [Question], client: RequestClient, timeout: Duration
    ) async -> [Result<[QueryTable], any Error>] {
        let answers = await client.request(questions.map(\.message), timeout: timeout)
        return zip(questions, answers).map { question, answer in Result { try question.tables(answer.get()) } }
    }

    /// Asks several questions at once, and tells of which time each answer is.
    ///
    /// - Returns: in the order of the questions, the answer, or why there is none: ``ClientError`` when it was refused,
    ///   or when nothing was heard in time.
    package static func answers(
        _ questions: [Question], client: RequestClient, timeout: Duration
    ) async -> [Result<Answer, any Error>] {
        let answers = await client.request(questions.map(\.message), timeout: timeout)
        return zip(questions, answers).map { question, answer in
            Result {
                do {
                    return try question.read(answer.get())
                } catch let error as MessagingError where error.code == .timedOut || error.code == .unroutable {
                    throw ClientError(.notHeard, "\(error)")
                }
            }
        }
    }

    /// Asks one service with a connection of its own.
    ///
    /// - Throws: as ``ask(_:_:_:client:timeout:)``.
    package static func once(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = [], isExport: Bool = false,
        as user: BrokerConfiguration
    ) async throws -> [QueryTable] {
        let client = client(user)
        let answer: Result<[QueryTable], any Error>
        do {
            answer = .success(try await ask(service, query, values, isExport: isExport, client: client))
        } catch {
            answer = .failure(error)
        }
        await client.close()
        return try answer.get()
    }

    /// Asks several services the same; one that does not answer costs only its own part.
    ///
    /// - Parameter silent: told of each service that has not answered, and why.
    /// - Returns: the tables of those that have, in the order of the services.
    package static func each(
        _ services: [ServiceName], _ query: String, _ values: [(String, String?)] = [], isExport: Bool = false,
        as user: BrokerConfiguration, silent: (ServiceName, any Error) -> Void
    ) async -> [QueryTable] {
        let client = client(user)
        let questions = services.map { Question(service: $0, query: query, values: values, isExport: isExport) }
        var tables: [QueryTable] = []
        for (service, answer) in zip(services, await together(questions, client: client, timeout: .seconds(3))) {
            do { tables += try answer.get() } catch { silent(service, error) }
        }
        await client.close()
        return tables
    }
}
