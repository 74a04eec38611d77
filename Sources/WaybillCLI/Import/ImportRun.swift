import BrokerLayout
import Client
import Contracts
import Domain
import Foundation
import Importing
import Messaging

extension ImportKind {
    /// The question that says what would become of lines.
    var question: QueryDescription {
        switch self {
        case .customers: ImportQuestions.customers
        case .suppliers: ImportQuestions.suppliers
        case .invoices: ImportQuestions.invoices
        case .payments: ImportQuestions.payments
        case .budgets: ImportQuestions.budgets
        case .agreements: ImportQuestions.agreements
        }
    }
}

/// Carries the lines of a file to the service that is the first to know of them: asks what each would be, publishes what
/// is new, and asks again until all of it has landed. So nothing is kept here of how far it is.
struct ImportRun {
    /// So many lines, and so many bytes, go with one question.
    private static let most = (lines: 400, bytes: 600_000)
    /// So many lines are on their way at a time, at most: a live order waits behind no more.
    private static let mostPending = 4_000
    /// So long nothing lands before it is given up.
    private static let patience = Duration.seconds(120)

    let kind: ImportKind
    let source: String
    let asOf: Timestamp
    let user: BrokerConfiguration
    let isDry: Bool
    var report: RefusedReport
    var listing: OutcomeListing?
    private var outcome = ImportOutcome()
    private var progress = Progress()
    private var pending: [Sent] = []
    private var landed = 0

    private struct Sent {
        let row: TableFile.Row
        let message: ImportedMessage
        let outcome: ImportQuestions.Outcome
    }

    init(
        kind: ImportKind, source: String, asOf: Timestamp, user: BrokerConfiguration, isDry: Bool,
        report: RefusedReport, listing: OutcomeListing?
    ) {
        self.kind = kind
        self.source = source
        self.asOf = asOf
        self.user = user
        self.isDry = isDry
        self.report = report
        self.listing = listing
    }

    /// Does it.
    ///
    /// - Throws: ``ClientError`` when the service refuses the whole or is not heard of, ``Failure`` when the broker does
    ///   not take what is published.
    mutating func carry(_ lines: ImportFile) async throws -> ImportOutcome {
        let client = Asking.client(user)
        let run = self
        let result: Result<ImportRun, any Error>
        do {
            result = .success(
                try await withPublisher(as: user) { publisher in
                    var run = run
                    try await run.all(lines, client, publisher)
                    return run
                })
        } catch { result = .failure(error) }
        await client.close()
        self = try result.get()
        return outcome
    }

    private mutating func all(_ lines: ImportFile, _ client: RequestClient, _ publisher: Publisher) async throws {
        var lines = lines
        while true {
            var batch: [ImportedLine] = []
            var bytes = 0
            while batch.count < Self.most.lines, bytes < Self.most.bytes, let line = lines.next() {
                if case .message(let message) = line.content { bytes += message.data.count }
                batch.append(line)
            }
            guard !batch.isEmpty else { break }
            try await take(batch, client, publisher)
            if pending.count > Self.mostPending { try await settle(downTo: Self.mostPending / 2, client) }
            let (read, refused) = (outcome.lines, outcome.refused)
            progress.show("\(read) lines read, \(landed) landed, \(refused) refused")
        }
        try await settle(downTo: 0, client)
        progress.end()
        listing?.end()
        outcome.problem = lines.problem
        outcome.report = report.isWritten ? report.path : nil
    }

    /// What the service says of some messages, in their order.
    ///
    /// - Parameter isAgain: whether it is only wanted which of them are there by now.
    private func ask(
        _ messages: [ImportedMessage], _ client: RequestClient, isAgain: Bool = false
    ) async throws -> [[String: String]] {
        guard !messages.isEmpty, let service = kind.question.service else { return [] }
        let tables = try await Asking.ask(
            service, kind.question.name,
            [("source", source), ("asOf", asOf.description), ("known", isAgain ? "true" : nil)],
            lines: messages.map { String(decoding: $0.data, as: UTF8.self) }, client: client, timeout: .seconds(60))
        guard let table = tables.first(where: { $0.name == ImportQuestions.table }), table.rows.count == messages.count
        else { throw Failure("the \(service.rawValue) service did not say of every line what would become of it") }
        return table.rows.map { row in
            var values: [String: String] = [:]
            for (column, value) in zip(table.columns, row.values) { values[column.name] = value }
            return values
        }
    }

    private static func outcome(of answer: [String: String]) -> ImportQuestions.Outcome {
        answer["outcome"].flatMap(ImportQuestions.Outcome.init(rawValue:)) ?? .refused
    }

    private func fault(_ answer: [String: String]) -> LineFault {
        let field = ImportFile.field(of: answer["path"] ?? "")
        return LineFault(
            field: field, column: nil, reason: answer["reason"].flatMap(Reason.init(rawValue:)) ?? .internalError,
            detail: answer["detail"] ?? "")
    }

    private mutating func take(
        _ batch: [ImportedLine], _ client: RequestClient, _ publisher: Publisher
    ) async throws {
        let messages = batch.compactMap { line -> ImportedMessage? in
            guard case .message(let message) = line.content else { return nil }
            return message
        }
        var answers = try await ask(messages, client)[...]
        var entries: [OutcomeListing.Entry] = []
        var sent: [Sent] = []
        for line in batch {
            switch line.content {
            case .repeated(let before):
                outcome.count(.same)
                entries.append(
                    OutcomeListing.Entry(line: line.row.line, key: "", outcome: .same, detail: "as line \(before)"))
            case .refused(let faults):
                try refuse(line.row, faults)
                entries.append(Self.entry(line.row, "", faults))
            case .message(let message):
                guard let answer = answers.popFirst() else { continue }
                let what = Self.outcome(of: answer)
                if what == .refused {
                    try refuse(line.row, [fault(answer)])
                    entries.append(Self.entry(line.row, message.key[0], [fault(answer)]))
                    continue
                }
                outcome.count(what)
                entries.append(
                    OutcomeListing.Entry(
                        line: line.row.line, key: message.key[0], outcome: what, party: answer["party"],
                        name: answer["name"], probability: answer["probability"]))
                if what != .same { sent.append(Sent(row: line.row, message: message, outcome: what)) }
            }
        }
        listing?.tell(entries)
        guard !isDry else { return }
        try await publish(sent.map(\.message), publisher)
        pending += sent
    }

    private static func entry(_ row: TableFile.Row, _ key: String, _ faults: [LineFault]) -> OutcomeListing.Entry {
        OutcomeListing.Entry(
            line: row.line, key: key, outcome: .refused,
            reason: faults.map(\.reason.rawValue).joined(separator: "; "),
            field: faults.map { $0.column ?? $0.field }.joined(separator: "; "),
            detail: faults.map(\.detail).joined(separator: "; "))
    }

    private mutating func refuse(_ row: TableFile.Row, _ faults: [LineFault]) throws {
        outcome.count(.refused)
        // A dry run tells them where it tells the others.
        if !isDry { try report.add(row, faults) }
    }

    private func publish(_ messages: [ImportedMessage], _ publisher: Publisher) async throws {
        var left = messages.map(outgoing)
        for attempt in 1...3 {
            let outcomes = await publisher.publish(left)
            left = zip(left, outcomes).filter { $0.1 != .confirmed }.map(\.0)
            guard let first = outcomes.first(where: { $0 != .confirmed }) else { return }
            if case .returned = first {
                throw Failure("no service takes \(kind.type): 'waybill topology check' says what the broker lacks")
            }
            if attempt == 3 {
                throw Failure(
                    "the broker does not take what is published (\(first)). May '\(user.userName)' import? 'waybill users "
                        + "list' says so, and 'waybill users add NAME --imports' makes somebody who may. What has landed "
                        + "has landed: the same again goes on")
            }
        }
    }

    /// The same line of the same file is the same message, whenever it is published.
    private func outgoing(_ message: ImportedMessage) -> Outgoing {
        let data = message.data
        let envelope = Envelope(
            id: MessageIdentifier.stable(
                ["import", kind.type.description, source] + message.key + [
                    String(decoding: data, as: UTF8.self), asOf.description,
                ]), source: source, type: kind.type, time: asOf)
        var properties = CloudEventCodec.properties(of: envelope)
        properties.userID = user.userName
        return Outgoing(
            exchange: Exchanges.imports, routingKey: kind.type.description, properties: properties,
            body: envelope.structuredBody(data: data))
    }

    /// Waits until no more than so many lines are on their way.
    private mutating func settle(downTo rest: Int, _ client: RequestClient) async throws {
        var heard = ContinuousClock.now
        var pause = Duration.milliseconds(20)
        while pending.count > rest {
            let some = Array(pending.prefix(Self.most.lines))
            var left: [Sent] = []
            for (sent, answer) in zip(some, try await ask(some.map(\.message), client, isAgain: true)) {
                switch Self.outcome(of: answer) {
                case .same: landed += 1
                case .refused:
                    // Something else has come under its number meanwhile.
                    outcome.refuse(sent.outcome)
                    try report.add(sent.row, [fault(answer)])
                case .new, .changed, .joins, .probable: left.append(sent)
                }
            }
            pending = left + pending.dropFirst(some.count)
            let (waiting, done) = (pending.count, landed)
            progress.show("\(done) landed, \(waiting) on their way")
            guard left.count == some.count else {
                (heard, pause) = (.now, .milliseconds(20))
                continue
            }
            guard heard.duration(to: .now) < Self.patience else {
                throw ClientError(
                    .notHeard,
                    "\(pending.count) lines are published and have not landed, the first is line \(some[0].row.line): the "
                        + "broker keeps them ('waybill status'), or they were refused ('waybill dead list'). The same "
                        + "again says which")
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }
}
