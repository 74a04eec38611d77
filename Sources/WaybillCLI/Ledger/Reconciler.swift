import Contracts
import Messaging
import ServiceKit

/// Asks the services what they sent and handled, and puts the answers together.
///
/// The order matters: first what was sent, then whether the reader's queue is empty, then what was handled. Whatever
/// was confirmed before the queue was seen empty must have been handled by then, or is missing.
struct Reconciler {
    typealias Result = (accounts: [LedgerAccount], missing: [UnhandledMessage])

    let client: RequestClient
    let drain: DrainWatch
    let explained: ExplainedMessages
    let settle: Duration
    let since: String

    private func ask(
        _ service: ServiceName, _ query: String, _ values: [(String, String?)] = []
    ) async throws -> [QueryTable] {
        try await Asking.ask(service, query, values, client: client, timeout: .seconds(30))
    }

    private func explains(_ message: UnhandledMessage, _ set: Set<ExplainedMessages.Identifier>) -> Bool {
        message.id.map { set.contains(.init(service: message.reader, source: message.source, id: $0)) } ?? false
    }

    // MARK: Our own services, which number their messages

    func ours() async throws -> Result {
        var sent: [ServiceName: LedgerSent] = [:]
        for service in ServiceName.allCases {
            let answer = LedgerSent(try await ask(service, "ledger.sent"))
            sent[service] = answer
            if answer.isCut { say("\(service.rawValue): too much waits for its confirm to list; figures are rough") }
        }
        var accounts: [LedgerAccount] = []
        var missing: [UnhandledMessage] = []
        for reader in ServiceName.allCases {
            let found = try await settled(reader, sent)
            let isEmpty = found.isEmpty
            for contract in Catalogue.contracts where contract.readers.contains(reader) {
                guard case .service(let producer) = contract.owner, let ledger = sent[producer] else { continue }
                let type = contract.type.description
                var account = LedgerAccount(producer: producer.rawValue, type: type, reader: reader)
                account.sent = ledger.last[type]?.values.reduce(0, +) ?? 0
                let unconfirmed = Int64(ledger.pending[type]?.values.reduce(0) { $0 + $1.count } ?? 0)
                account.confirmed = account.sent - unconfirmed
                for message in found.messages where message.type == type && message.source == producer.source {
                    if explains(message, explained.dead) {
                        account.dead += 1
                    } else if explains(message, explained.discarded) {
                        account.discarded += 1
                    } else if isEmpty, !isPending(message, ledger) {
                        account.missing += 1
                        missing.append(message)
                    } else {
                        account.inFlight += 1
                    }
                }
                accounts.append(account)
            }
        }
        return (accounts, missing)
    }

    private func isPending(_ message: UnhandledMessage, _ ledger: LedgerSent) -> Bool {
        guard let lane = message.lane, let number = message.number else { return false }
        return ledger.pending[message.type]?[lane]?.contains(number) ?? false
    }

    /// What a reader has not handled, looked at again until it changes no more or has stood for the time to settle.
    private func settled(
        _ reader: ServiceName, _ sent: [ServiceName: LedgerSent]
    ) async throws -> (messages: [UnhandledMessage], isEmpty: Bool) {
        let deadline = ContinuousClock.now + settle
        while true {
            let isEmpty = try await drain.isEmpty(reader)
            let messages = try await unhandled(by: reader, sent)
            let isOver = ContinuousClock.now >= deadline
            if messages.isEmpty || isOver { return (try await named(messages), isEmpty) }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    private func unhandled(
        by reader: ServiceName, _ sent: [ServiceName: LedgerSent]
    ) async throws -> [UnhandledMessage] {
        let handled = LedgerHandled(try await ask(reader, "ledger.handled"))
        if handled.isCut { say("\(reader.rawValue): more is missing than an answer lists; figures are rough") }
        var messages: [UnhandledMessage] = []
        for contract in Catalogue.contracts where contract.readers.contains(reader) {
            guard case .service(let producer) = contract.owner else { continue }
            let type = contract.type.description
            for (lane, last) in (sent[producer]?.last[type] ?? [:]).sorted(by: { $0.key < $1.key }) {
                messages += handled.unhandled(source: producer.source, type: type, lane: lane, last: last).map {
                    UnhandledMessage(reader: reader, source: producer.source, type: type, lane: lane, number: $0)
                }
            }
        }
        return messages
    }

    /// Asks the producers for the identifiers behind the numbers.
    private func named(_ messages: [UnhandledMessage]) async throws -> [UnhandledMessage] {
        struct Key: Hashable {
            let source: String
            let type: String
            let lane: Int64
        }
        var byLane: [Key: [Int64]] = [:]
        for message in messages.prefix(QueryTable.maximumRows) {
            guard let lane = message.lane, let number = message.number else { continue }
            byLane[Key(source: message.source, type: message.type, lane: lane), default: []].append(number)
        }
        var names: [Key: [Int64: (id: String?, at: String?)]] = [:]
        for (key, numbers) in byLane {
            guard let producer = ServiceName.allCases.first(where: { $0.source == key.source }) else { continue }
            // A parameter holds at most 1,000 characters.
            for start in stride(from: 0, to: numbers.count, by: 80) {
                let some = numbers[start..<min(start + 80, numbers.count)]
                let answer = try await ask(
                    producer, "ledger.names",
                    [
                        ("type", key.type), ("lane", String(key.lane)),
                        ("numbers", some.map(String.init).joined(separator: ",")),
                    ])
                for row in answer.first?.rows ?? [] {
                    if let number = row.number(1) { names[key, default: [:]][number] = (row.text(2), row.text(3)) }
                }
            }
        }
        return messages.map { message in
            guard let lane = message.lane, let number = message.number,
                let name = names[Key(source: message.source, type: message.type, lane: lane)]?[number]
            else { return message }
            var message = message
            (message.id, message.recordedAt) = (name.id, name.at)
            return message
        }
    }

    // MARK: Other systems, whose readers are compared

    func theirs() async throws -> Result {
        var accounts: [LedgerAccount] = []
        var missing: [UnhandledMessage] = []
        for contract in Catalogue.contracts where contract.owner == .partner {
            let result = try await compare(contract)
            accounts += result.accounts
            missing += result.missing
        }
        return (accounts, missing)
    }

    private struct Bucket: Hashable {
        let source: String
        let number: Int64
    }

    private func compare(_ contract: ContractDescription) async throws -> Result {
        let type = contract.type.description
        var digests: [ServiceName: [Bucket: (count: Int64, digest: String)]] = [:]
        for reader in contract.readers {
            let answer = try await ask(reader, "ledger.digest", [("type", type), ("since", since)])
            for row in answer.first?.rows ?? [] {
                guard let source = row.text(0), let number = row.number(1), let count = row.number(2) else { continue }
                digests[reader, default: [:]][Bucket(source: source, number: number)] = (count, row.text(3) ?? "")
            }
        }
        let buckets = Set(digests.values.flatMap(\.keys))
        var total: Int64 = 0
        var candidates: [UnhandledMessage] = []
        for bucket in buckets {
            let found = contract.readers.map { digests[$0]?[bucket] }
            if let first = found[0], found.allSatisfy({ $0?.digest == first.digest && $0?.count == first.count }) {
                total += first.count
                continue
            }
            var sets: [ServiceName: Set<String>] = [:]
            for reader in contract.readers { sets[reader] = try await identifiers(reader, type, bucket) }
            let all = sets.values.reduce(into: Set<String>()) { $0.formUnion($1) }
            total += Int64(all.count)
            for reader in contract.readers {
                candidates += all.subtracting(sets[reader] ?? []).sorted().map {
                    UnhandledMessage(
                        reader: reader, source: bucket.source, type: type, lane: nil, number: nil, id: $0)
                }
            }
        }
        return try await accounts(of: contract, total: total, candidates)
    }

    private func accounts(
        of contract: ContractDescription, total: Int64, _ candidates: [UnhandledMessage]
    ) async throws -> Result {
        var accounts: [LedgerAccount] = []
        var missing: [UnhandledMessage] = []
        for reader in contract.readers {
            var account = LedgerAccount(
                producer: "partner", type: contract.type.description, reader: reader, sent: total, confirmed: total)
            var mine = candidates.filter { $0.reader == reader }
            account.dead = Int64(mine.filter { explains($0, explained.dead) }.count)
            mine.removeAll { explains($0, explained.dead) }
            account.discarded = Int64(mine.filter { explains($0, explained.discarded) }.count)
            mine.removeAll { explains($0, explained.discarded) }
            let deadline = ContinuousClock.now + settle
            var isEmpty = true
            while !mine.isEmpty {
                isEmpty = try await drain.isEmpty(reader)
                mine = try await unknown(reader, mine)
                if ContinuousClock.now >= deadline { break }
                try await Task.sleep(for: .milliseconds(300))
            }
            if isEmpty {
                account.missing = Int64(mine.count)
                missing += mine
            } else {
                account.inFlight = Int64(mine.count)
            }
            accounts.append(account)
        }
        return (accounts, missing)
    }

    private func identifiers(_ reader: ServiceName, _ type: String, _ bucket: Bucket) async throws -> Set<String> {
        var all: Set<String> = []
        var last: String?
        while true {
            let answer = try await ask(
                reader, "ledger.identifiers",
                [
                    ("type", type), ("source", bucket.source), ("bucket", String(bucket.number)), ("since", since),
                    ("after", last),
                ])
            let page = (answer.first?.rows ?? []).compactMap { $0.text(0) }
            all.formUnion(page)
            guard page.count == QueryTable.maximumRows else { return all }
            last = page.last
        }
    }

    /// Those that a reader has not handled on any day.
    private func unknown(_ reader: ServiceName, _ messages: [UnhandledMessage]) async throws -> [UnhandledMessage] {
        var known: Set<String> = []
        let bySource = Dictionary(grouping: messages, by: \.source)
        for (source, some) in bySource {
            let identifiers = some.compactMap(\.id)
            for start in stride(from: 0, to: identifiers.count, by: 14) {
                let text = identifiers[start..<min(start + 14, identifiers.count)].joined(separator: "\n")
                let answer = try await ask(reader, "ledger.known", [("source", source), ("identifiers", text)])
                for row in answer.first?.rows ?? [] { known.insert(source + "\n" + (row.text(0) ?? "")) }
            }
        }
        return messages.filter { !known.contains($0.source + "\n" + ($0.id ?? "")) }
    }
}
