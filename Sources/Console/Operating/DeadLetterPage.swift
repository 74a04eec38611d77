import Client
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Messaging
import Operations

/// Refused messages: by groups, one by one, mended, handed over once more or let go. What is meant stands in the address.
struct DeadLetterPage: Sendable {
    /// What is done about them.
    enum Act: String, Sendable, CaseIterable {
        case mend, replay, discard
    }

    /// How many are looked at.
    private static let most = 10_000
    /// How many are listed; the groups are of all.
    private static let listed = 200
    /// How many bytes of a body are shown.
    private static let shownBytes = 16_384
    /// Days for which a message is known as handled, as the command has it when nothing else is said.
    private static let horizon = 14

    /// What narrows them, by the names of the address.
    private static let names = ["service", "reason", "type", "source", "id", "since", "until"]
    private static let (why, changes, newType, newID, body, isTried, isSure) = (
        "~why", "~changes", "~newType", "~newID", "~body", "~try", "~sure"
    )

    let desk: OperatingDesk
    /// What was typed.
    private let values: FormValues
    private let selection: DeadLetterSelection

    /// - Throws: 422 when what narrows them is none.
    init(_ values: FormValues, _ desk: OperatingDesk) throws {
        (self.values, self.desk) = (values, desk)
        var selection = DeadLetterSelection()
        if let name = values["service"] {
            guard let service = ServiceName(rawValue: name) else { throw HTTPError(.unprocessableContent) }
            selection.services = [service]
        }
        (selection.reason, selection.type) = (values["reason"], values["type"])
        (selection.source, selection.id) = (values["source"], values["id"])
        selection.since = try Self.time(values["since"])
        selection.until = try Self.time(values["until"])
        selection.limit = Self.most
        self.selection = selection
    }

    private static func time(_ text: String?) throws -> Timestamp? {
        guard let text else { return nil }
        let day = CalendarDay(text).map { OrganisationZone.current.beginning(of: $0) }
        guard let time = Timestamp(text) ?? day else { throw HTTPError(.unprocessableContent) }
        return time
    }

    private var words: Words { desk.words }
    private var link: Link {
        Link(path: ["operations", "dead"], values: Self.names.map { ($0, values[$0]) })
    }
    /// Whether a group is meant, and not simply all there are.
    private var isNarrowed: Bool {
        selection.id != nil || selection.reason != nil || selection.type != nil || selection.source != nil
    }

    /// The page.
    func response(
        notice: Layout.Notice? = nil, status: HTTPResponse.Status = .ok, told: [Node] = []
    ) async throws -> Response {
        try await desk.response(words[.deadLetters], notice: notice, status: status) { operating in
            let letters = try await operating.letters(selection)
            return told + nodes(letters)
        }
    }

    /// That somebody else is at it.
    var busy: Response {
        Layout(title: words[.deadLetters], context: desk.context, place: .operations).response(.conflict) {
            Tag.p(.class("notice waiting"), .role("status")) { words[.operatingBusy] }
            Tag.p { Tag.a(.href(link)) { words[.back] } }
        }
    }

    // MARK: What is shown

    private func nodes(_ letters: [BrowsedDeadLetter]) -> [Node] {
        let groups = DeadLetterLists.groups(letters)
        let list = DeadLetterLists.list(Array(letters.prefix(Self.listed)))
        let handles = Set(letters.map { "\($0.service.rawValue) \($0.handle)" })
        return [
            Tag.p(.class("hint")) { words[.deadLettersHelp] },
            narrowing,
            .several {
                if letters.count >= Self.most { Tag.p(.class("silent")) { words[.deadLettersMore(Self.most)] } }
                Tag.section(.class("sheet")) {
                    Tag.h2 { words[.groups] }
                    TableView(
                        table: groups, described: nil, context: desk.context, action: { Self.group($0) },
                        hasCaption: false
                    ).node
                }
                if isNarrowed, !letters.isEmpty {
                    Tag.section(.class("sheet")) {
                        Tag.h2 { words[.messagesOfGroup(letters.count)] }
                        TableView(
                            table: list, described: nil, context: desk.context, action: { Self.one($0) },
                            hasCaption: false
                        ).node
                    }
                    if handles.count == 1, let letter = letters.first { show(letter) }
                    forms(letters.count)
                }
            },
        ]
    }

    private static let group: @Sendable (RowView) -> (Text, Link)? = { row in
        (
            .openRecord,
            Link(
                "operations", "dead",
                values: ["service", "reason", "type", "source"].map { ($0, row[$0]) })
        )
    }

    private static let one: @Sendable (RowView) -> (Text, Link)? = { row in
        (.openRecord, Link("operations", "dead", values: [("service", row["service"]), ("id", row["id"])]))
    }

    private var narrowing: Node {
        Tag.details(.class("form"), isNarrowed ? .open : nil) {
            Tag.summary { words[.parameters] }
            Tag.form(.method(.get), .action(Link("operations", "dead"))) {
                Tag.div(.class("fields")) {
                    for name in Self.names {
                        Tag.div(.class("field")) {
                            Tag.label(.for("p-\(name)")) { CatalogueWords.name(name, desk.context.language) }
                            Tag.input(
                                .id("p-\(name)"), .name(name), .type(.text), .value(values[name] ?? ""),
                                .maxLength(256))
                        }
                    }
                }
                Tag.div(.class("buttons")) {
                    Tag.button(.class("main")) { words[.show] }
                    Tag.a(.class("button"), .href(Link("operations", "dead"))) { words[.reset] }
                }
            }
        }
    }

    /// A message, whole. All of it is a stranger's: nothing of it is more than text.
    private func show(_ letter: BrowsedDeadLetter) -> Node {
        let body = letter.delivery.body
        return Tag.section(.class("sheet")) {
            Tag.h2 { letter.handle }
            if let detail = letter.detail { Tag.p { [letter.path, detail].compactMap { $0 }.joined(separator: ": ") } }
            Tag.dl(.class("facts")) {
                for (name, value) in letter.delivery.properties.headers.sorted(by: { $0.key < $1.key }) {
                    Tag.dt { name }
                    Tag.dd { Tag.span(.class("code")) { value.text ?? "\(value)" } }
                }
            }
            Tag.h3 { words[.bodyOf(body.count)] }
            Tag.pre(.tabIndex(0)) { String(decoding: body.prefix(Self.shownBytes), as: UTF8.self) }
            if body.count > Self.shownBytes { Tag.p(.class("hint")) { words[.bodyMore(Self.shownBytes)] } }
        }
    }

    @NodeBuilder private func forms(_ count: Int) -> [Node] {
        let isOne = selection.id != nil
        Tag.section(.class("sheet"), .id("mend")) {
            Tag.h2 { words[.mend] }
            Tag.p(.class("hint")) { words[.mendHelp] }
            form(.mend) {
                area(Self.changes, .mendChanges, "currency=CNY\nlines[0].revenue=12.50")
                field(Self.newType, .mendType)
                if isOne {
                    field(Self.newID, .mendID)
                    area(Self.body, .mendBody, "")
                }
                Tag.div(.class("buttons")) {
                    Tag.button(.name(Self.isTried), .value("true")) { words[.tryIt] }
                    Tag.button(.class("main")) { words[.mendCount(count)] }
                }
            }
        }
        Tag.section(.class("sheet"), .id("replay")) {
            Tag.h2 { words[.replay] }
            Tag.p(.class("hint")) { words[.replayHelp(Self.horizon)] }
            form(.replay) {
                Tag.div(.class("buttons")) {
                    Tag.button(.name(Self.isTried), .value("true")) { words[.tryIt] }
                    Tag.button(.class("main")) { words[.replayCount(count)] }
                }
            }
        }
        Tag.section(.class("sheet"), .id("discard")) {
            Tag.h2 { words[.discard] }
            form(.discard) {
                Tag.div(.class("field flag")) {
                    Tag.input(.type(.checkbox), .id("sure"), .name(Self.isSure), .value("true"), .required)
                    Tag.label(.for("sure")) { words[.discardSure] }
                }
                Tag.div(.class("buttons")) { Tag.button { words[.discardCount(count)] } }
            }
        }
    }

    private func form(_ act: Act, @NodeBuilder _ content: () -> [Node]) -> Node {
        let id = "why-\(act.rawValue)"
        return Tag.form(.class("wide"), .method(.post), .action(Link("operations", "dead", act.rawValue))) {
            for name in Self.names {
                if let value = values[name] { Tag.input(.type(.hidden), .name(name), .value(value)) }
            }
            content()
            Tag.div(.class("field")) {
                Tag.label(.for(id)) { words[.whyForRecord] }
                Tag.input(
                    .id(id), .name(Self.why), .type(.text), .maxLength(500), .required,
                    .value(values[Self.why] ?? ""))
            }
        }
    }

    private func field(_ name: String, _ label: Text) -> Node {
        Tag.div(.class("field")) {
            Tag.label(.for("f\(name)")) { words[label] }
            Tag.input(.id("f\(name)"), .name(name), .type(.text), .maxLength(256), .value(values[name] ?? ""))
        }
    }

    private func area(_ name: String, _ label: Text, _ example: String) -> Node {
        Tag.div(.class("field")) {
            Tag.label(.for("f\(name)")) { words[label] }
            Tag.textarea(.id("f\(name)"), .name(name), .rows(4), .placeholder(example)) {
                Node.typed(values[name] ?? "")
            }
        }
    }

    // MARK: What is done

    /// Does it, or says what would be done.
    func act(_ act: Act) async throws -> Response {
        // Whoever may not is told so before anything of what was typed is looked at.
        guard desk.isOperator, let operating = desk.parts.operating else { return try await response() }
        guard isNarrowed else { throw HTTPError(.unprocessableContent) }
        guard let why = values[Self.why] else {
            return try await response(
                notice: .init(kind: .refused, text: words[.refused(words[.whyForRecord])]),
                status: .unprocessableContent)
        }
        do {
            switch act {
            case .mend: return try await mend(operating, why)
            case .replay: return try await replay(operating, why)
            case .discard:
                guard values[Self.isSure] == "true" else { throw HTTPError(.unprocessableContent) }
                let count = try await operating.discard(selection, why: why, by: desk.person.login)
                return try await response(notice: .init(kind: .done, text: words[.discarded(count)]))
            }
        } catch let failure as Failure {
            return try await response(
                notice: .init(kind: .refused, text: words[.operatingFailed(failure.description)]), status: .badGateway)
        }
    }

    private var isTried: Bool { values[Self.isTried] == "true" }

    private func mend(_ operating: any Operating, _ why: String) async throws -> Response {
        var mending = Mending()
        mending.changes = (values[Self.changes] ?? "").split(separator: "\n").map(String.init)
        mending.type = values[Self.newType]
        if selection.id != nil {
            mending.id = values[Self.newID]
            mending.body = values[Self.body].map { Array($0.utf8) }
        }
        guard !mending.changes.isEmpty || mending.type != nil || mending.id != nil || mending.body != nil,
            mending.body == nil || mending.changes.isEmpty
        else {
            return try await response(
                notice: .init(kind: .refused, text: words[.mendNothing]), status: .unprocessableContent)
        }
        let outcome = try await operating.mend(
            selection, mending, isDry: isTried, why: why, by: desk.person.login)
        let text = words[isTried ? .wouldMend(outcome.mended) : .mended(outcome.mended)]
        return try await response(
            notice: .init(kind: outcome.mended > 0 ? .done : .refused, text: text), told: [failed(outcome)])
    }

    private func failed(_ outcome: MendingOutcome) -> Node {
        .several {
            if !outcome.failed.isEmpty {
                Tag.section(.class("sheet")) {
                    Tag.h2 { words[.staysAsItIs(outcome.failed.count)] }
                    Tag.ul {
                        for (handle, why) in outcome.failed.prefix(50) { Tag.li { "\(handle): \(why)" } }
                    }
                    if outcome.failed.count > 50 { Tag.p(.class("hint")) { words[.cut] } }
                }
            }
        }
    }

    private func replay(_ operating: any Operating, _ why: String) async throws -> Response {
        let oldest = Timestamp.now().adding(seconds: -Int64(Self.horizon) * 86_400)
        if isTried {
            let letters = try await operating.letters(selection)
            let old = letters.count { $0.refusedAt.map { $0 < oldest } ?? false }
            return try await response(
                notice: .init(kind: .waiting, text: words[.wouldReplay(letters.count - old, old)]))
        }
        let began = Timestamp.now()
        let (handed, old) = try await operating.replay(
            selection, since: oldest, why: why, by: desk.person.login)
        let outcome = try await ReplayOutcome.look(handed, since: began, desk, operating)
        return try await response(
            notice: .init(
                kind: outcome.refused > 0 ? .refused : outcome.unknown > 0 ? .waiting : .done,
                text: words[.replayed(handed.count, outcome.handled, outcome.refused, outcome.unknown)]),
            told: [
                .several {
                    if !old.isEmpty { Tag.p(.class("silent")) { words[.tooOldToReplay(old.count, Self.horizon)] } }
                    outcome.node(desk.context)
                }
            ])
    }
}
