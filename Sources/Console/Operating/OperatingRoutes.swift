import Client
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// Pages for whoever operates the system: services and queues, refused messages, and the account of every message.
struct OperatingRoutes: ConsoleRoutes {
    /// How long a service may take for its part of the ledger.
    private static let patience = Duration.seconds(30)

    /// Lets one through at a time: what looks through whole queues is not done twice at once by a copy.
    private let turn = Turn()

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/operations/services") { _, context -> Response in
            try await Self.services(OperatingDesk(context, parts))
        }
        router.get("/operations/messages") { request, context -> Response in
            let desk = try await OperatingDesk(context, parts)
            return try await accounts(FormValues(query: request), desk)
        }
        router.get("/operations/dead") { request, context -> Response in
            let desk = try await OperatingDesk(context, parts)
            let page = try DeadLetterPage(FormValues(query: request), desk)
            // Looking takes all that stands in the queues into this program, and keeps it from whoever looks as well.
            guard desk.isOperator, desk.parts.operating != nil else { return try await page.response() }
            guard turn.take() else { return page.busy }
            defer { turn.giveBack() }
            return try await page.response()
        }
        for act in DeadLetterPage.Act.allCases {
            router.post("/operations/dead/\(act.rawValue)") { request, context -> Response in
                let desk = try await OperatingDesk(context, parts)
                let page = try await DeadLetterPage(FormValues(form: request, context), desk)
                guard desk.isOperator, desk.parts.operating != nil else { return try await page.response() }
                guard turn.take() else { return page.busy }
                defer { turn.giveBack() }
                return try await page.act(act)
            }
        }
    }

    private static func services(_ desk: OperatingDesk) async throws -> Response {
        let words = desk.words
        return try await desk.response(words[.servicesAndQueues]) { operating in
            let tables = try await operating.status()
            return [Tag.p(.class("hint")) { words[.servicesHelp] }] + tables.map { sheet($0, desk.context) }
        }
    }

    private static func sheet(_ table: QueryTable, _ context: ConsoleContext) -> Node {
        Tag.section(.class("sheet")) {
            TableView(
                table: table, described: nil, context: context, action: table.name == "services" ? deadOf : nil
            ).node
        }
    }

    /// The refused messages of a service's row.
    private static let deadOf: @Sendable (RowView) -> (Text, Link)? = { row in
        guard let dead = row["dead"], dead != "0" else { return nil }
        return (.deadLetters, Link("operations", "dead", values: [("service", row["service"])]))
    }

    private func accounts(_ values: FormValues, _ desk: OperatingDesk) async throws -> Response {
        let words = desk.words
        let yesterday = Timestamp.now().adding(seconds: -86_400).description.prefix(10)
        let since = values["since"] ?? String(yesterday)
        guard CalendarDay(since) != nil else { throw HTTPError(.unprocessableContent) }
        let isAsked = values["run"] == "true"
        let (services, person) = (desk.parts.services, desk.person)
        return try await desk.response(words[.accountOfMessages]) { operating in
            var found: [Node] = []
            if isAsked, turn.take() {
                defer { turn.giveBack() }
                let (tables, warnings, compared) = try await operating.accounts(since: since) {
                    service, query, values in
                    let question = Asking.Question(service: service, query: query, values: values)
                    return try await services.ask(question, for: person, within: Self.patience).get().tables
                }
                let isMissing = tables.contains { $0.name == "missing" && !$0.rows.isEmpty }
                found = [
                    Tag.p(.class(isMissing ? "problem" : "notice done"), .role("status")) {
                        words[isMissing ? .messagesMissing : .noMessageMissing]
                    }
                ]
                found += (warnings + [compared]).map { line in Tag.p(.class("hint")) { line } }
                found += tables.map { Self.sheet($0, desk.context) }
            } else if isAsked {
                found = [Tag.p(.class("notice waiting"), .role("status")) { words[.operatingBusy] }]
            }
            return [
                Tag.p(.class("hint")) { words[.accountHelp] },
                Tag.form(.class("sheet"), .method(.get), .action(Link("operations", "messages"))) {
                    Tag.input(.type(.hidden), .name("run"), .value("true"))
                    Tag.div(.class("field")) {
                        Tag.label(.for("since")) { words[.comparedSince] }
                        Tag.input(.type(.date), .id("since"), .name("since"), .value(since))
                    }
                    Tag.div(.class("buttons")) { Tag.button(.class("main")) { words[.account] } }
                },
            ] + found
        }
    }
}

/// Whose turn it is; one at a time.
private final class Turn: Sendable {
    private let isTaken = Mutex(false)

    func take() -> Bool {
        isTaken.withLock { taken in
            defer { taken = true }
            return !taken
        }
    }

    func giveBack() { isTaken.withLock { $0 = false } }
}

/// Who operates: somebody who has the role `operator` by the policy that holds, asked with each request. Who has it not, or of whom it is
/// not known, is shown nothing.
struct OperatingDesk: Sendable {
    /// The role.
    static let role = "operator"

    let context: ConsoleContext
    let parts: ConsoleParts
    let person: SignedIn
    /// What the service of people has said of whoever asks.
    private let heard: PanelAnswer

    /// - Throws: that nobody is signed in.
    init(_ context: ConsoleContext, _ parts: ConsoleParts) async throws {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        (self.context, self.parts, self.person) = (context, parts, person)
        heard = try await parts.ask(
            Asking.Question(
                service: .customer, query: PeopleQuestions.person.name, values: [("login", person.login)]), context)
    }

    var words: Words { Words(language: context.language) }

    /// Whether whoever asks operates the system.
    var isOperator: Bool {
        heard.answer?.table("roles")?.views.contains { $0["role"] == Self.role } ?? false
    }

    /// A page for whoever operates; for everybody else, and where the console has no operator's user, it says so.
    func response(
        _ title: String, notice: Layout.Notice? = nil, status: HTTPResponse.Status = .ok,
        _ content: (any Operating) async throws -> [Node]
    ) async throws -> Response {
        let layout = Layout(title: title, context: context, place: .operations, notice: notice)
        guard heard.answer != nil || heard.isForbidden else {
            return layout.response(.serviceUnavailable) { Panel.missing(heard, context) }
        }
        guard isOperator else {
            return Layout(title: title, context: context, place: .operations).response(.forbidden) {
                Tag.p { words[.operatorsOnly] }
            }
        }
        guard let operating = parts.operating else {
            return Layout(title: title, context: context, place: .operations).response(.serviceUnavailable) {
                Tag.p { words[.operatingOff] }
            }
        }
        let nodes: [Node]
        do {
            nodes = try await content(operating)
        } catch let failure as Failure {
            return failed(title, failure.description)
        } catch let error as ClientError {
            return failed(title, error.description)
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            parts.logger.warning("what operators ask was not done", metadata: ["error": "\(error)"])
            return failed(title, "\(error)")
        }
        return layout.response(status) { nodes }
    }

    private func failed(_ title: String, _ text: String) -> Response {
        Layout(title: title, context: context, place: .operations).response(.badGateway) {
            Tag.p(.class("problem"), .role("alert")) { words[.operatingFailed(text)] }
        }
    }
}
