import ArgumentParser
import Contracts
import Foundation
import Messaging
import ServiceKit

/// How answers are wanted.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, for programs.")
    var json = false
    @Flag(help: "Print CSV, safe to open in a spreadsheet.")
    var csv = false

    @Flag(help: "All of a list, page by page to its end.")
    var all = false
    @Option(help: "Of such a list: the page after the one that gave this as its end.")
    var after: String?

    var format: TableFormat { json ? .json : csv ? .csv : .text }

    /// Prints tables; ends with code 2 when there is nothing in them.
    func show(_ tables: [QueryTable]) throws {
        print(TableRenderer.render(tables, as: format), terminator: "")
        if format == .csv { tables.compactMap(TableWriter.more).forEach { say($0) } }
        try end(isEmpty: tables.allSatisfy(\.rows.isEmpty))
    }

    /// Asks one service and prints its answer, with `--all` page by page, each as it comes.
    ///
    /// - Parameter toEnd: whether all pages are told; when not given, whether `--all` is.
    func show(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = [], toEnd: Bool? = nil
    ) async throws {
        let toEnd = toEnd ?? all
        let client = RequestClient(configuration: try Surroundings().person("ask"), replies: Exchanges.replies)
        var values = values
        if toEnd, case .integer(let sizes) = QueryCatalogue.question(service, query)?.parameter("limit")?.kind {
            values.removeAll { $0.0 == "limit" }
            values.append(("limit", String(sizes.upperBound)))
        }
        let tables = try await Asking.ask(service, query, values + [("after", after)], client: client)
        guard toEnd, tables.contains(where: { $0.next != nil }) else {
            await client.close()
            return try show(tables)
        }
        var writer = TableWriter(format)
        for first in tables {
            print(writer.begin(first) + writer.rows(of: first), terminator: "")
            var page = first
            while let next = page.next {
                let answer = try await Asking.ask(service, query, values + [("after", next)], client: client)
                guard let found = answer.first(where: { $0.name == first.name }) else { break }
                page = found
                print(writer.rows(of: page), terminator: "")
            }
            print(writer.end(page), terminator: "")
            if format == .csv, let text = TableWriter.more(page) { say(text) }
        }
        print(writer.finish(), terminator: "")
        await client.close()
        try end(isEmpty: tables.allSatisfy(\.rows.isEmpty))
    }

    private func end(isEmpty: Bool) throws {
        guard isEmpty else { return }
        if format == .text { say("nothing found") }
        throw ExitCode(2)
    }
}

/// Asks services, which answer by tables.
enum Asking {
    /// One question to a service.
    struct Question: Sendable {
        let service: ServiceName
        let query: String
        var values: [(String, String?)] = []

        fileprivate var message: Outgoing {
            let type = RunQuery.type(for: service)
            let parameters = values.compactMap { name, value in value.map { QueryParameter(name: name, value: $0) } }
            return Outgoing(
                exchange: Exchanges.commands, routingKey: type.description,
                properties: MessageProperties(contentType: "application/json", deliveryMode: 1, type: type.description),
                body: RunQuery(query: query, parameters: parameters).encode())
        }

        fileprivate func tables(_ answer: Delivery) throws -> [QueryTable] {
            // An answer is made by our own services and may be larger than what others may send.
            var limits = JSONLimits.standard
            limits.bodyBytes = 32 << 20
            let reply = try QueryReply(json: answer.body, limits: limits)
            guard reply.status == .answered else {
                throw Failure("\(service.rawValue) refused: \(reply.reason ?? "") \(reply.detail ?? "")")
            }
            return reply.tables
        }
    }

    /// Asks one service. Ends with code 2 when it refuses, and 75 when it is not heard of in time.
    static func ask(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = [], client: RequestClient,
        timeout: Duration = .seconds(5)
    ) async throws -> [QueryTable] {
        let question = Question(service: service, query: query, values: values)
        do {
            return try question.tables(try await client.request(question.message, timeout: timeout))
        } catch let error as MessagingError where error.code == .timedOut {
            say("Error: \(error)")
            throw ExitCodes.notHeard
        } catch let refused as Failure {
            say("Error: \(refused)")
            throw ExitCodes.refused
        }
    }

    /// Asks several questions at once.
    ///
    /// - Returns: in the order of the questions, the answer, or why there is none.
    static func together(
        _ questions: [Question], client: RequestClient, timeout: Duration
    ) async -> [Result<[QueryTable], any Error>] {
        let answers = await client.request(questions.map(\.message), timeout: timeout)
        return zip(questions, answers).map { question, answer in Result { try question.tables(answer.get()) } }
    }

    /// Asks one service with a connection of its own.
    static func once(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = []
    ) async throws -> [QueryTable] {
        let client = RequestClient(
            configuration: try Surroundings().person("ask"), replies: Exchanges.replies)
        let tables = try await ask(service, query, values, client: client)
        await client.close()
        return tables
    }

    /// Asks several services; one that does not answer costs only its own part.
    static func each(
        _ services: [ServiceName], _ query: String, _ values: [(String, String?)] = []
    ) async throws -> [QueryTable] {
        let client = RequestClient(
            configuration: try Surroundings().person("ask"), replies: Exchanges.replies)
        let questions = services.map { Question(service: $0, query: query, values: values) }
        var tables: [QueryTable] = []
        for (service, answer) in zip(services, await together(questions, client: client, timeout: .seconds(3))) {
            do { tables += try answer.get() } catch { say("\(service.rawValue): \(error)") }
        }
        await client.close()
        return tables
    }
}
