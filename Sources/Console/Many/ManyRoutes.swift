import Client
import Contracts
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Postgres

/// Acts upon many records: what is the same for all is typed once, each record is an act of its own with its own result. It goes on as
/// long as somebody has its page open, and where it was left when the page is opened again.
struct ManyRoutes: ConsoleRoutes {
    /// For how long one request goes on.
    private static let stretch = Duration.seconds(4)
    /// How many records are read at once, between which it can be stopped.
    private static let batch = 10

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/many") { _, context in try await Self.list(context, parts) }
        router.get("/many/:id") { _, context -> Response in
            try await ManyPage(Self.id(context), context, parts).response()
        }
        router.post("/many/:id/begin") { request, context -> Response in
            guard context.person != nil else { throw ConsoleRefusal.signIn }
            let values = try await FormValues(form: request, context)
            return try await ManyPage(Self.id(context), context, parts).begin(values)
        }
        router.post("/many/:id/go-on") { _, context -> Response in
            try await ManyPage(Self.id(context), context, parts).goOn(Self.stretch, Self.batch)
        }
        router.post("/many/:id/stop") { _, context -> Response in
            let person = try Self.person(context)
            let id = try Self.id(context)
            try await parts.pool.withTransaction { try ManyStore.stop(id, of: person.login, $0) }
            return .redirect(to: Link("many", id).address, type: .normal)
        }
    }

    private static func id(_ context: ConsoleContext) throws -> String {
        guard let id = context.parameters.get("id").flatMap(UUID.init(uuidString:)) else { throw HTTPError(.notFound) }
        return id.uuidString.lowercased()
    }

    private static func person(_ context: ConsoleContext) throws -> SignedIn {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        return person
    }

    private static func list(_ context: ConsoleContext, _ parts: ConsoleParts) async throws -> Response {
        let person = try person(context)
        let acts = try await parts.pool.withTransaction(isReadOnly: true) {
            try ManyStore.list(of: person.login, $0)
        }
        let words = Words(language: context.language)
        return Layout(title: words[.manyActs], context: context, place: .acts).response {
            Tag.p { words[.manyHelp] }
            if acts.isEmpty {
                Tag.p(.class("hint")) { words[.nothing] }
            } else {
                Tag.div(.class("scroll"), .tabIndex(0), .role("region"), .label(words[.manyActs])) {
                    Tag.table {
                        Tag.thead {
                            Tag.tr {
                                for text: Text in [.act, .began, .manyState, .manyDone, .manyRefused, .manyLeft] {
                                    Tag.th(.scope(.col)) { words[text] }
                                }
                            }
                        }
                        Tag.tbody {
                            for act in acts {
                                Tag.tr {
                                    Tag.td {
                                        Tag.a(.href(Link("many", act.id))) {
                                            CatalogueWords.act(act.type, context.language)
                                        }
                                    }
                                    Tag.td(.class("when")) { Figure.time(act.began, context.zone) }
                                    Tag.td { words[act.state.text] }
                                    for count in [act.done, act.refused, act.waiting] {
                                        Tag.td(.class("figure")) { CellText.grouped("\(count)") }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension ManyStore.State {
    /// What it is called.
    var text: Text {
        switch self {
        case .asked: .manyAsked
        case .begun: .manyBegun
        case .stopped: .manyStopped
        case .ended: .manyEnded
        }
    }
}

/// One act upon many records.
private struct ManyPage {
    let id: String
    let person: SignedIn
    let context: ConsoleContext
    let parts: ConsoleParts
    let many: ManyStore.Many
    let contract: ContractDescription
    let act: ManyAct?

    /// - Throws: 404 when there is none of that person's.
    init(_ id: String, _ context: ConsoleContext, _ parts: ConsoleParts) async throws {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        let many = try await parts.pool.withTransaction(isReadOnly: true) {
            try ManyStore.many(id, of: person.login, $0)
        }
        guard let many, let contract = ActForm.contract(many.type) else { throw HTTPError(.notFound) }
        (self.id, self.person, self.context, self.parts, self.many) = (id, person, context, parts, many)
        self.contract = contract
        act = ManyAct.all.first { $0.contract.type.description == many.type }
    }

    private var words: Words { Words(language: context.language) }
    private var title: String { CatalogueWords.act(many.type, context.language) }

    // MARK: What is done

    /// Takes what is the same for all, and begins.
    func begin(_ values: FormValues) async throws -> Response {
        // Once begun, what was typed first holds.
        guard many.state == .asked || many.state == .stopped else { return again }
        var typed: [String: String] = [:]
        for (name, value) in values.pairs where name != ActForm.idName && typed[name] == nil { typed[name] = value }
        if many.state == .asked {
            let first = try await parts.pool.withTransaction(isReadOnly: true) { try ManyStore.waiting(id, 1, $0) }
            do throws(Refusal) {
                if let first = first.first {
                    let form = form(typed, first)
                    guard !form.asksForSource || form.typed[ActForm.sourceName]?.isEmpty == false else {
                        throw Refusal(.missingField, path: "source", words[.required])
                    }
                    _ = try form.data(by: person.login)
                }
            } catch {
                return try await response(
                    .unprocessableContent, typed: typed, refusal: error,
                    notice: .init(kind: .refused, text: words[.refused(error.detail)]))
            }
        }
        let given = typed.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { ($0.key, $0.value) }
        let text = FormValues.encoded(given)
        try await parts.pool.withTransaction { try ManyStore.begin(id, typed: text, of: person.login, $0) }
        return again
    }

    /// Goes on for a while, record by record.
    func goOn(_ stretch: Duration, _ batch: Int) async throws -> Response {
        let end = ContinuousClock.now + stretch
        let typed = Self.values(many.typed ?? "")
        while ContinuousClock.now < end {
            let (state, records) = try await parts.pool.withTransaction(isReadOnly: true) {
                (try ManyStore.many(id, of: person.login, $0)?.state, try ManyStore.waiting(id, batch, $0))
            }
            guard state == .begun else { return again }
            if records.isEmpty {
                try await parts.pool.withTransaction { try ManyStore.end(id, $0) }
                return again
            }
            for record in records where ContinuousClock.now < end {
                if let late = try await carryOut(record, typed) { return late }
            }
        }
        return again
    }

    /// Carries out one record's act.
    ///
    /// - Returns: a page, when its service does not answer: the record is told the same again later, with no second effect.
    private func carryOut(_ record: ManyStore.Record, _ typed: [String: String]) async throws -> Response? {
        let form = form(typed, record)
        let data: [UInt8]
        do throws(Refusal) {
            data = try form.data(by: person.login)
        } catch {
            try await note(record, "refused", error)
            return nil
        }
        let source = form.asksForSource ? form.typed[ActForm.sourceName] ?? "" : Commanding.source
        let command = ServiceCommand(
            contract.type, data: data, to: contract.readers.first ?? .finance, source: source, id: record.command)
        do {
            let reply = try await parts.services.send(command, for: person, within: ActRoutes.patience)
            try await note(record, reply.refusal == nil ? "done" : "refused", reply.refusal)
            return nil
        } catch let error as ClientError where error.code == .notHeard {
            return try await response(
                .gatewayTimeout, notice: .init(kind: .waiting, text: words[.notHeard]), goesOn: false)
        } catch let error as Failure {
            return try await response(
                .badGateway, notice: .init(kind: .refused, text: error.description), goesOn: false)
        }
    }

    private func note(_ record: ManyStore.Record, _ result: String, _ refusal: Refusal?) async throws {
        let (number, reason, detail) = (record.number, refusal?.reason.rawValue, refusal?.detail)
        try await parts.pool.withTransaction {
            try ManyStore.note(id, number, result, reason: reason, detail: detail, $0)
        }
    }

    private func form(_ typed: [String: String], _ record: ManyStore.Record) -> ActForm {
        var typed = typed
        // What the record says stands, whatever was typed for all.
        for (name, value) in Self.values(record.said) { typed[name] = value }
        for name in act?.named ?? [] { typed[name] = record.command }
        return ActForm(contract: contract, typed: typed)
    }

    private static func values(_ text: String) -> [String: String] {
        Dictionary(
            FormValues(encoded: text).pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private var again: Response { .redirect(to: Link("many", id).address, type: .normal) }

    // MARK: The page

    /// The page.
    ///
    /// - Parameters:
    ///   - typed: what was typed and refused.
    ///   - goesOn: whether the page goes on by itself.
    func response(
        _ status: HTTPResponse.Status = .ok, typed: [String: String] = [:], refusal: Refusal? = nil,
        notice: Layout.Notice? = nil, goesOn: Bool = true
    ) async throws -> Response {
        let (many, records) = try await parts.pool.withTransaction(isReadOnly: true) {
            (try ManyStore.many(id, of: person.login, $0) ?? self.many, try ManyStore.records(id, $0))
        }
        return Layout(title: title, context: context, place: .acts, notice: notice).response(status) {
            Tag.p(.class("hint")) { words[.manyOf(many.records)] }
            if many.state == .asked {
                Tag.section(.class("sheet")) {
                    Tag.h2 { words[.sameForAll] }
                    ActFormView(
                        form: ActForm(contract: contract, typed: typed.isEmpty ? now : typed), id: id,
                        refusal: refusal, context: context, settled: act?.settled ?? [],
                        target: Link("many", id, "begin")
                    ).node
                }
            } else {
                progress(many, goesOn: goesOn)
            }
            results(records, many)
            Tag.p { Tag.a(.href(back(many))) { words[.backToList] } }
        }
    }

    /// The times that must be told, as now.
    private var now: [String: String] {
        let now = Timestamp.now().inZone(context.zone).description
        return Dictionary(
            uniqueKeysWithValues: contract.fields.filter { $0.isRequired && $0.form == .timestamp }.map {
                ($0.name, now)
            })
    }

    private func back(_ many: ManyStore.Many) -> Link {
        let parts = many.address.split(separator: "?", maxSplits: 1).map(String.init)
        return Link(
            path: (parts.first ?? "/").split(separator: "/").map { $0.removingPercentEncoding ?? String($0) },
            values: FormValues(encoded: parts.count > 1 ? parts[1] : "").pairs.map { ($0.name, Optional($0.value)) })
    }

    private func progress(_ many: ManyStore.Many, goesOn: Bool) -> Node {
        let settled = many.done + many.refused
        return Tag.section(.class("sheet")) {
            Tag.h2 { words[many.state.text] }
            Tag.progress(
                .maximum("\(many.records)"), .value("\(settled)"), .label(words[.manyProgress(settled, many.records)]))
            Tag.p(.role("status")) {
                words[.manyProgress(settled, many.records)] + " · \(words[.manyDone]): \(many.done)"
                    + " · \(words[.manyRefused]): \(many.refused)"
            }
            if many.state == .begun {
                Tag.div(.class("row")) {
                    Node.element(
                        .form,
                        [.method(.post), .action(Link("many", id, "go-on"))] + (goesOn ? [.data("go-on")] : [])
                            + Attribute.boost
                    ) { Tag.button(.class("main")) { words[.goOn] } }
                    Tag.form(.method(.post), .action(Link("many", id, "stop"))) { Tag.button { words[.stop] } }
                }
            } else if many.state == .stopped {
                Tag.form(.method(.post), .action(Link("many", id, "begin"))) {
                    Tag.button(.class("main")) { words[.goOn] }
                }
            }
        }
    }

    private func results(_ records: [ManyStore.Record], _ many: ManyStore.Many) -> Node {
        let fields = (act?.said.keys.sorted() ?? [])
        return Tag.section(.class("sheet")) {
            Tag.h2 { words[.manyRecords] }
            Tag.div(.class("scroll"), .tabIndex(0), .role("region"), .label(words[.manyRecords])) {
                Tag.table {
                    Tag.thead {
                        Tag.tr {
                            for field in fields {
                                Tag.th(.scope(.col)) { CatalogueWords.name(field, context.language) }
                            }
                            for text: Text in [.result, .detail] { Tag.th(.scope(.col)) { words[text] } }
                        }
                    }
                    Tag.tbody { for record in records { line(record, fields) } }
                }
            }
        }
    }

    private func line(_ record: ManyStore.Record, _ fields: [String]) -> Node {
        let said = Self.values(record.said)
        return Tag.tr {
            for field in fields { Tag.td { Tag.span(.class("code")) { said[field] ?? "" } } }
            switch record.result {
            case "done": Tag.td { words[.manyDone] }
            case "refused": Tag.td { words[.manyRefused] }
            default: Tag.td(.class("hint")) { words[.manyLeft] }
            }
            Tag.td {
                if let reason = record.reason { words[.serviceRefused(reason, record.detail ?? "")] }
            }
        }
    }
}
