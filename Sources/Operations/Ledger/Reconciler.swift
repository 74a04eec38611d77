package import Contracts

/// Asks the services what they sent and handled, and puts the answers together.
///
/// The order matters: first what was sent, then whether the reader's queue is empty, then what was handled. Whatever
/// was confirmed before the queue was seen empty must have been handled by then, or is missing.
package struct Reconciler: Sendable {
    /// What became of the messages of each type for each reader, and which are missing.
    package typealias Result = (accounts: [LedgerAccount], missing: [UnhandledMessage])

    /// The most missing numbers of a reader that are named each; of the rest only the ranges are told.
    static let named = 2_000

    /// Asks a service a question.
    let ask: @Sendable (ServiceName, String, [(String, String?)]) async throws -> [QueryTable]
    /// Whether a service's queue is empty, and nothing is in its hands.
    let isEmpty: @Sendable (ServiceName) async throws -> Bool
    let explained: ExplainedMessages
    let settle: Duration
    let since: String
    /// Told what could not be compared exactly.
    let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - ask: asks a service a question.
    ///   - isEmpty: whether a service's queue is empty, and nothing is in its hands.
    ///   - explained: what is not handled and not missing either.
    ///   - settle: for how long something must stay unhandled before it counts as missing.
    ///   - since: the day (UTC) from which what other systems sent is compared.
    ///   - warn: told what could not be compared exactly.
    package init(
        ask: @escaping @Sendable (ServiceName, String, [(String, String?)]) async throws -> [QueryTable],
        isEmpty: @escaping @Sendable (ServiceName) async throws -> Bool, explained: ExplainedMessages,
        settle: Duration, since: String, warn: @escaping @Sendable (String) -> Void
    ) {
        (self.ask, self.isEmpty, self.explained) = (ask, isEmpty, explained)
        (self.settle, self.since, self.warn) = (settle, since, warn)
    }

    private func explains(_ message: UnhandledMessage, _ set: Set<ExplainedMessages.Identifier>) -> Bool {
        message.id.map { set.contains(.init(service: message.reader, source: message.source, id: $0)) } ?? false
    }

    /// What each service has sent, and since when it reads what: to be asked before anything else.
    package func sent() async throws -> [ServiceName: LedgerSent] {
        var sent: [ServiceName: LedgerSent] = [:]
        for service in ServiceName.allCases {
            let answer = LedgerSent(try await ask(service, "ledger.sent", []))
            sent[service] = answer
            if answer.isCut { warn("\(service.rawValue): too much waits for its confirm to list; figures are rough") }
        }
        return sent
    }

    // MARK: Our own services, which number their messages

    /// What our own services have sent, by its numbers.
    package func ours(_ sent: [ServiceName: LedgerSent]) async throws -> Result {
        var accounts: [LedgerAccount] = []
        var missing: [UnhandledMessage] = []
        for reader in ServiceName.allCases {
            let found = try await settled(reader, sent)
            let isEmpty = found.isEmpty
            for (contract, producer) in Self.produced(for: reader) {
                guard let ledger = sent[producer] else { continue }
                let type = contract.type.description
                if !ledger.knows(type, reader) {
                    warn("\(producer.rawValue) does not know yet that \(reader.rawValue) reads \(type): not compared")
                }
                var account = LedgerAccount(producer: producer.rawValue, type: type, reader: reader)
                let expected = ledger.expected(type, reader)
                account.lanes = expected.count
                account.since = ledger.since(type, reader)
                for (lane, numbers) in expected {
                    account.sent += numbers.upperBound - numbers.lowerBound + 1
                    let waiting = ledger.pending[type]?[lane]?.count { numbers.contains($0) } ?? 0
                    account.confirmed -= Int64(waiting)
                }
                account.confirmed += account.sent
                account.compared = account.sent
                for message in found.messages where message.type == type && message.source == producer.source {
                    if explains(message, explained.dead) {
                        account.dead += 1
                    } else if explains(message, explained.discarded) {
                        account.discarded += 1
                    } else if isEmpty {
                        let waiting = pending(message, ledger)
                        account.inFlight += waiting
                        account.missing += message.count - waiting
                        if message.count > waiting { missing.append(message) }
                    } else {
                        account.inFlight += message.count
                    }
                }
                accounts.append(account)
            }
        }
        return (accounts, missing)
    }

    /// What our own services tell a reader, each kind once for each service that tells it.
    private static func produced(for reader: ServiceName) -> [(ContractDescription, ServiceName)] {
        Catalogue.contracts.filter { $0.readers.contains(reader) }.flatMap { contract in
            contract.producers.map { (contract, $0) }
        }
    }

    /// How many of a message's or a range's numbers the broker has not confirmed.
    private func pending(_ message: UnhandledMessage, _ ledger: LedgerSent) -> Int64 {
        guard let lane = message.lane, let first = message.number,
            let numbers = ledger.pending[message.type]?[lane]
        else { return 0 }
        let last = message.upto ?? first
        return Int64(numbers.count { (first...last).contains($0) })
    }

    /// What a reader has not handled, looked at again until it changes no more or has stood for the time to settle.
    private func settled(
        _ reader: ServiceName, _ sent: [ServiceName: LedgerSent]
    ) async throws -> (messages: [UnhandledMessage], isEmpty: Bool) {
        let deadline = ContinuousClock.now + settle
        while true {
            let isEmpty = try await self.isEmpty(reader)
            let messages = try await unhandled(by: reader, sent)
            let isOver = ContinuousClock.now >= deadline
            if messages.isEmpty || isOver { return (try await named(messages), isEmpty) }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    private func unhandled(
        by reader: ServiceName, _ sent: [ServiceName: LedgerSent]
    ) async throws -> [UnhandledMessage] {
        let handled = LedgerHandled(try await ask(reader, "ledger.handled", []))
        if handled.isCut { warn("\(reader.rawValue): more is missing than an answer lists; figures are rough") }
        var messages: [UnhandledMessage] = []
        var left = Int64(Self.named)
        for (contract, producer) in Self.produced(for: reader) {
            let type = contract.type.description
            for (lane, numbers) in sent[producer]?.expected(type, reader) ?? [] {
                for range in handled.unhandled(source: producer.source, type: type, lane: lane, expected: numbers) {
                    func add(_ number: Int64, upto: Int64? = nil) {
                        messages.append(
                            UnhandledMessage(
                                reader: reader, source: producer.source, type: type, lane: lane, number: number,
                                upto: upto))
                    }
                    // Each by itself as long as they can be named, then as a range.
                    let end = min(range.upperBound, range.lowerBound - 1 + left)
                    for number in stride(from: range.lowerBound, through: end, by: 1) { add(number) }
                    left -= max(0, end - range.lowerBound + 1)
                    if end < range.upperBound { add(end + 1, upto: range.upperBound) }
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
        for message in messages where message.upto == nil {
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

    /// What other systems have sent, by comparing the readers of each type with one another.
    package func theirs(_ sent: [ServiceName: LedgerSent]) async throws -> Result {
        var accounts: [LedgerAccount] = []
        var missing: [UnhandledMessage] = []
        for contract in Catalogue.contracts where contract.owner == .partner {
            let type = contract.type.description
            var began: [ServiceName: String] = [:]
            for reader in contract.readers { began[reader] = sent[reader]?.reading[type] }
            let result = try await compare(contract, began)
            accounts += result.accounts
            missing += result.missing
        }
        return (accounts, missing)
    }

    private struct Bucket: Hashable {
        let source: String
        let number: Int64
    }

    /// - Parameter began: since when readers read the type, of those that have not from the beginning.
    private func compare(_ contract: ContractDescription, _ began: [ServiceName: String]) async throws -> Result {
        let type = contract.type.description
        // Nobody can be held to account for the days before it read the type.
        let day = began.values.map { String($0.prefix(10)) }.reduce(since, max)
        var digests: [ServiceName: [Bucket: (count: Int64, digest: String)]] = [:]
        for reader in contract.readers { digests[reader] = try await digest(of: type, by: reader, since: day) }
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
            for reader in contract.readers { sets[reader] = try await identifiers(reader, type, bucket, since: day) }
            let all = sets.values.reduce(into: Set<String>()) { $0.formUnion($1) }
            total += Int64(all.count)
            for reader in contract.readers {
                candidates += all.subtracting(sets[reader] ?? []).sorted().map {
                    UnhandledMessage(
                        reader: reader, source: bucket.source, type: type, lane: nil, number: nil, id: $0)
                }
            }
        }
        return try await accounts(of: contract, since: day, began, total: total, candidates)
    }

    /// What a reader has handled of a type, by source and bucket. An answer tells of a few sources: it is asked until there
    /// are no more.
    private func digest(
        of type: String, by reader: ServiceName, since day: String
    ) async throws -> [Bucket: (count: Int64, digest: String)] {
        var found: [Bucket: (count: Int64, digest: String)] = [:]
        var last: String?
        while true {
            let answer = try await ask(
                reader, "ledger.digest", [("type", type), ("since", day), ("after", last)])
            let rows = answer.first?.rows ?? []
            for row in rows {
                guard let source = row.text(0), let number = row.number(1), let count = row.number(2) else { continue }
                found[Bucket(source: source, number: number)] = (count, row.text(3) ?? "")
            }
            guard let page = answer.first(where: { $0.name == "page" }) else {
                // A build before this one tells all at once.
                if rows.count >= QueryTable.maximumRows {
                    warn("\(reader.rawValue): more sources sent \(type) than an answer lists; not all are compared")
                }
                return found
            }
            guard let row = page.rows.first, row.text(1) == "true", let next = row.text(0) else { return found }
            last = next
        }
    }

    private func accounts(
        of contract: ContractDescription, since day: String, _ began: [ServiceName: String], total: Int64,
        _ candidates: [UnhandledMessage]
    ) async throws -> Result {
        var accounts: [LedgerAccount] = []
        var missing: [UnhandledMessage] = []
        for reader in contract.readers {
            var account = LedgerAccount(
                producer: "partner", type: contract.type.description, reader: reader, sent: total, confirmed: total)
            account.since = day
            var mine = candidates.filter { $0.reader == reader }
            if let start = began[reader], !mine.isEmpty {
                let earlier = try await handled(mine, before: start, by: contract.readers.filter { $0 != reader })
                mine.removeAll { earlier.contains($0) }
                account.sent -= Int64(earlier.count)
                account.confirmed = account.sent
            }
            // What has one reader cannot be compared.
            account.compared = contract.readers.count > 1 ? account.sent : 0
            account.dead = Int64(mine.filter { explains($0, explained.dead) }.count)
            mine.removeAll { explains($0, explained.dead) }
            account.discarded = Int64(mine.filter { explains($0, explained.discarded) }.count)
            mine.removeAll { explains($0, explained.discarded) }
            let deadline = ContinuousClock.now + settle
            var isEmpty = true
            while !mine.isEmpty {
                isEmpty = try await self.isEmpty(reader)
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

    private func identifiers(
        _ reader: ServiceName, _ type: String, _ bucket: Bucket, since day: String
    ) async throws -> Set<String> {
        var all: Set<String> = []
        var last: String?
        while true {
            let answer = try await ask(
                reader, "ledger.identifiers",
                [
                    ("type", type), ("source", bucket.source), ("bucket", String(bucket.number)), ("since", day),
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
        let known = try await known(reader, messages)
        return messages.filter { known[$0] == nil }
    }

    /// Those that another reader had handled before a time, at which the reader that has not did not read the type yet.
    private func handled(
        _ messages: [UnhandledMessage], before start: String, by others: [ServiceName]
    ) async throws -> Set<UnhandledMessage> {
        var earlier: Set<UnhandledMessage> = []
        for other in others {
            for (message, time) in try await known(other, messages) where time < start { earlier.insert(message) }
        }
        return earlier
    }

    /// Of some messages those that a reader has handled, and when first.
    private func known(
        _ reader: ServiceName, _ messages: [UnhandledMessage]
    ) async throws -> [UnhandledMessage: String] {
        var known: [UnhandledMessage: String] = [:]
        for (source, some) in Dictionary(grouping: messages, by: \.source) {
            let byIdentifier = Dictionary(grouping: some) { $0.id ?? "" }
            let identifiers = byIdentifier.keys.sorted()
            for start in stride(from: 0, to: identifiers.count, by: 14) {
                let text = identifiers[start..<min(start + 14, identifiers.count)].joined(separator: "\n")
                let answer = try await ask(reader, "ledger.known", [("source", source), ("identifiers", text)])
                for row in answer.first?.rows ?? [] {
                    for message in byIdentifier[row.text(0) ?? ""] ?? [] { known[message] = row.text(1) ?? "" }
                }
            }
        }
        return known
    }

    /// What was compared, in words.
    package static func compared(_ ours: [LedgerAccount], _ theirs: [LedgerAccount], since day: String) -> String {
        func figures(_ accounts: [LedgerAccount]) -> String {
            let compared = accounts.filter { $0.compared > 0 }
            return "\(Set(compared.map(\.type)).count) types, \(Set(compared.map(\.reader)).count) readers, "
                + "\(compared.reduce(0) { $0 + $1.compared }) messages"
        }
        let lanes = Dictionary(ours.map { ($0.type, $0.lanes ?? 0) }, uniquingKeysWith: max).values.reduce(0, +)
        let single = Set(theirs.filter { $0.sent > 0 && $0.compared == 0 }.map(\.type)).count
        return "compared by number, all that was sent since each reader reads: \(figures(ours)), \(lanes) lanes"
            + "; reader with reader, what other systems sent since \(day): \(figures(theirs))"
            + (single == 0 ? "" : "; \(single) types have one reader and are only counted")
    }
}
