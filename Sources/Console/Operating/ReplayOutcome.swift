import Client
import Contracts
import Domain
import Messaging
import Operations

/// What really became of messages that were handed over once more: handled, refused again, or neither yet.
struct ReplayOutcome: Sendable {
    /// How long it is looked for.
    private static let patience = Duration.seconds(6)
    /// How many are looked for one by one; of more only those that were refused again are known.
    private static let most = 100
    /// How many characters of identifiers one question holds.
    private static let room = 900

    /// A message with what became of it.
    struct Line: Sendable {
        let letter: BrowsedDeadLetter
        var isHandled = false
        var refusal: BrowsedDeadLetter?
    }

    private(set) var lines: [Line]

    var handled: Int { lines.count { $0.isHandled && $0.refusal == nil } }
    var refused: Int { lines.count { $0.refusal != nil } }
    var unknown: Int { lines.count - handled - refused }

    /// Looks for a while.
    static func look(
        _ handed: [BrowsedDeadLetter], since began: Timestamp, _ desk: OperatingDesk, _ operating: any Operating
    ) async throws -> ReplayOutcome {
        var outcome = ReplayOutcome(lines: handed.map { Line(letter: $0) })
        let end = ContinuousClock.now + patience
        while outcome.unknown > 0 {
            try await outcome.again(since: began, operating)
            if handed.count <= most { await outcome.known(desk) }
            guard outcome.unknown > 0, ContinuousClock.now < end else { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        return outcome
    }

    /// Which of them stand in the dead letters anew.
    private mutating func again(since began: Timestamp, _ operating: any Operating) async throws {
        var selection = DeadLetterSelection()
        selection.services = ServiceName.allCases.filter { service in lines.contains { $0.letter.service == service } }
        // By the services' clocks, which may be a little behind.
        selection.since = began.adding(seconds: -2)
        let letters = try await operating.letters(selection)
        for place in lines.indices where lines[place].refusal == nil {
            let mine = lines[place].letter
            lines[place].refusal = letters.first { $0.service == mine.service && $0.handle == mine.handle }
        }
    }

    /// Which of them the services know as handled.
    private mutating func known(_ desk: OperatingDesk) async {
        struct Reader: Hashable {
            let service: ServiceName
            let source: String
        }
        var asked: [(reader: Reader, identifiers: [String])] = []
        for line in lines where line.refusal == nil && !line.isHandled {
            guard let id = line.letter.id, let source = line.letter.source else { continue }
            let reader = Reader(service: line.letter.service, source: source)
            let place = asked.lastIndex {
                $0.reader == reader && $0.identifiers.reduce(id.count) { $0 + $1.count + 1 } <= Self.room
            }
            if let place { asked[place].identifiers.append(id) } else { asked.append((reader, [id])) }
        }
        let questions = asked.map { question in
            Asking.Question(
                service: question.reader.service, query: "ledger.known",
                values: [
                    ("source", question.reader.source), ("identifiers", question.identifiers.joined(separator: "\n")),
                ])
        }
        let answers = await desk.parts.services.ask(questions, for: desk.person, within: desk.parts.patience)
        for (question, answer) in zip(asked, answers) {
            guard let table = try? answer.get().table("known") else { continue }
            let ids = Set(table.views.compactMap { $0["handled_at"] == nil ? nil : $0["message_id"] })
            for place in lines.indices {
                let letter = lines[place].letter
                guard letter.service == question.reader.service, letter.source == question.reader.source,
                    letter.id.map(ids.contains) ?? false
                else { continue }
                lines[place].isHandled = true
            }
        }
    }

    /// As a table.
    func node(_ context: ConsoleContext) -> Node {
        let words = Words(language: context.language)
        return .several {
            if !lines.isEmpty {
                Tag.section(.class("sheet")) {
                    Tag.h2 { words[.result] }
                    Tag.div(.class("scroll"), .tabIndex(0), .role("region"), .label(words[.result])) {
                        Tag.table {
                            Tag.thead {
                                Tag.tr {
                                    for name in ["service", "id"] {
                                        Tag.th(.scope(.col)) { CatalogueWords.name(name, context.language) }
                                    }
                                    for text: Text in [.result, .detail] { Tag.th(.scope(.col)) { words[text] } }
                                }
                            }
                            Tag.tbody { for line in lines.prefix(Self.most) { row(line, words) } }
                        }
                    }
                    if lines.count > Self.most { Tag.p(.class("hint")) { words[.cut] } }
                }
            }
        }
    }

    private func row(_ line: Line, _ words: Words) -> Node {
        let text: Text = line.refusal != nil ? .refusedAgain : line.isHandled ? .handled : .notYet
        return Tag.tr {
            Tag.td { words[.service(line.letter.service.rawValue)] }
            Tag.td { Tag.span(.class("code")) { line.letter.handle } }
            Tag.td { words[text] }
            Tag.td {
                if let refusal = line.refusal { words[.serviceRefused(refusal.reason, refusal.detail ?? "")] }
            }
        }
    }
}
