import Client
import Contracts
import Domain
import Logging
import Messaging
import Synchronization

/// Since when services are not heard of, as this copy of the console has found.
final class Silences: Sendable {
    private let since = Mutex<[ServiceName: Timestamp]>([:])

    /// A service has answered.
    func heard(_ service: ServiceName) { since.withLock { $0[service] = nil } }

    /// A service has not answered.
    ///
    /// - Returns: since when.
    func silent(_ service: ServiceName, now: Timestamp) -> Timestamp {
        since.withLock { list in
            let first = list[service] ?? now
            list[service] = first
            return first
        }
    }
}

/// What a page has heard of one question.
enum PanelAnswer: Sendable {
    /// The answer.
    case answer(Asking.Answer)
    /// The service has refused it, with a reason code and words.
    case refused(reason: String, detail: String)
    /// The service has not answered, since when.
    case silent(ServiceName, since: Timestamp)
    /// The broker cannot be reached, since when.
    case away(since: Timestamp)

    /// The answer, when there is one.
    var answer: Asking.Answer? { if case .answer(let answer) = self { answer } else { nil } }

    /// Whether whoever asks has no right to it.
    var isForbidden: Bool {
        if case .refused(let reason, _) = self { reason == Reason.notAuthorised.rawValue } else { false }
    }
}

extension ConsoleParts {
    /// Asks several questions at once for whoever asks for a page. One that is not answered costs its own part.
    func ask(_ questions: [Asking.Question], _ context: ConsoleContext) async throws -> [PanelAnswer] {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        let answers = await services.ask(questions, for: person, within: patience)
        let now = Timestamp.now()
        return zip(questions, answers).map { question, answer in
            switch answer {
            case .success(let answer):
                silences.heard(question.service)
                return .answer(answer)
            case .failure(let error as ClientError) where error.code == .refused:
                silences.heard(question.service)
                return .refused(reason: error.reason ?? "", detail: error.detail ?? error.description)
            case .failure(let error as ClientError) where error.code == .notHeard:
                return .silent(question.service, since: silences.silent(question.service, now: now))
            case .failure(let error):
                logger.warning("a question was not asked", metadata: ["error": "\(error)"])
                return .away(since: silences.silent(question.service, now: now))
            }
        }
    }

    /// Asks one question.
    func ask(_ question: Asking.Question, _ context: ConsoleContext) async throws -> PanelAnswer {
        try await ask([question], context).first ?? .away(since: .now())
    }
}

/// A part of a page that stands or falls with one answer.
struct Panel: Sendable {
    /// What it is.
    let title: String
    /// What its service has said.
    let heard: PanelAnswer
    let context: ConsoleContext
    /// All of it.
    var all: Link?
    /// A word below the title.
    var help: String?

    private var words: Words { Words(language: context.language) }

    /// The panel; without an answer it says why there is none.
    func node(@NodeBuilder _ content: (Asking.Answer) -> [Node]) -> Node {
        Tag.section(.class("sheet")) {
            Tag.h2 { title }
            if let help { Tag.p(.class("hint")) { help } }
            if let answer = heard.answer {
                content(answer)
                Tag.p(.class("age")) { words[.dataAge(CellText.time(answer.asOf.description, in: context.zone))] }
            } else {
                missing
            }
            if let all { Tag.p { Tag.a(.href(all)) { words[.seeAll] } } }
        }
    }

    /// Why there is no answer.
    var missing: Node? { Self.missing(heard, context) }

    /// Why there is no answer; `nil` when there is one.
    static func missing(_ heard: PanelAnswer, _ context: ConsoleContext) -> Node? {
        let words = Words(language: context.language)
        func clock(_ time: Timestamp) -> String { CellText.time(time.description, in: context.zone) }
        return switch heard {
        case .answer: nil
        case .refused(let reason, _) where reason == Reason.notAuthorised.rawValue:
            Tag.p(.class("hint")) { words[.noRight] }
        case .refused(let reason, let detail):
            Tag.p(.class("problem"), .role("alert")) { words[.serviceRefused(reason, detail)] }
        case .silent(let service, let since):
            Tag.p(.class("silent"), .role("status")) {
                words[.serviceSilent(words[.service(service.rawValue)], clock(since))]
            }
        case .away(let since): Tag.p(.class("silent"), .role("status")) { words[.brokerAway(clock(since))] }
        }
    }
}
