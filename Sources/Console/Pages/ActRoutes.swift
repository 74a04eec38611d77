import Client
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// A page for each act of the catalogue, without code of its own, and the list of them.
struct ActRoutes: ConsoleRoutes {
    /// How long a person waits for what came of it.
    static let patience = Duration.seconds(15)

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/act") { _, context in try Self.list(context) }
        router.get("/act/:type") { request, context -> Response in
            guard context.person != nil else { throw ConsoleRefusal.signIn }
            let form = try Self.form(context, FormValues(query: request))
            return Self.page(form, context, status: .ok, notice: nil, refusal: nil, id: Self.newID())
        }
        router.post("/act/:type") { request, context -> Response in
            guard context.person != nil else { throw ConsoleRefusal.signIn }
            return try await Self.act(Self.form(context, FormValues(form: request, context)), context, parts)
        }
    }

    /// A new identifier of a command.
    static func newID() -> String { UUID().uuidString.lowercased() }

    private static func form(_ context: ConsoleContext, _ values: FormValues) throws -> ActForm {
        guard let type = context.parameters.get("type")?.removingPercentEncoding,
            let contract = ActForm.contract(type)
        else { throw HTTPError(.notFound) }
        return ActForm(
            contract: contract,
            typed: Dictionary(values.pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
    }

    private static func list(_ context: ConsoleContext) throws -> Response {
        guard context.person != nil else { throw ConsoleRefusal.signIn }
        let words = Words(language: context.language)
        return Layout(title: words[.acts], context: context, place: .acts).response {
            Tag.p { words[.actsHelp] }
            Tag.p { Tag.a(.href(Link("many"))) { words[.manyActs] } }
            Tag.div(.class("panels")) {
                for service in ServiceName.allCases {
                    let mine = ActForm.contracts.filter { $0.readers.first == service }
                    if !mine.isEmpty {
                        Tag.section(.class("sheet")) {
                            Tag.h2 { words[.service(service.rawValue)] }
                            Tag.ul(.class("plain")) {
                                for contract in mine {
                                    Tag.li {
                                        Tag.a(.href(Link("act", contract.type.description))) {
                                            CatalogueWords.act(contract.type.description, context.language)
                                        }
                                        if context.language == .en { Tag.small { " \(contract.summary)" } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Sends what was typed. What is refused keeps what was typed; the same form has the same identifier.
    private static func act(
        _ form: ActForm, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        let person = try context.signedIn()
        let words = Words(language: context.language)
        guard let id = form.typed[ActForm.idName], UUID(uuidString: id) != nil else { throw HTTPError(.badRequest) }
        let source = form.asksForSource ? form.typed[ActForm.sourceName] ?? "" : Commanding.source
        let data: [UInt8]
        do throws(Refusal) {
            guard !source.isEmpty else { throw Refusal(.missingField, path: "source", words[.required]) }
            data = try form.data(by: person.login)
        } catch {
            return page(
                form, context, status: .unprocessableContent,
                notice: .init(kind: .refused, text: words[.refused(error.detail)]), refusal: error, id: id)
        }
        let service = form.contract.readers.first ?? .finance
        let command = ServiceCommand(form.contract.type, data: data, to: service, source: source, id: id)
        do {
            let reply = try await parts.services.send(command, for: person, within: patience)
            if let refusal = reply.refusal {
                // A new identifier: the old one would get the same refusal again.
                return page(
                    form, context, status: .unprocessableContent,
                    notice: .init(
                        kind: .refused, text: words[.serviceRefused(refusal.reason.rawValue, refusal.detail)]),
                    refusal: refusal, id: newID())
            }
            return done(form, reply, context)
        } catch let error as ClientError where error.code == .notHeard {
            return page(
                form, context, status: .gatewayTimeout, notice: .init(kind: .waiting, text: words[.notHeard]),
                refusal: nil, id: id)
        } catch let error as Failure {
            return page(
                form, context, status: .badGateway, notice: .init(kind: .refused, text: error.description),
                refusal: nil, id: id)
        }
    }

    private static func page(
        _ form: ActForm, _ context: ConsoleContext, status: HTTPResponse.Status, notice: Layout.Notice?,
        refusal: Refusal?, id: String
    ) -> Response {
        let words = Words(language: context.language)
        let title = CatalogueWords.act(form.contract.type.description, context.language)
        return Layout(title: title, context: context, place: .acts, notice: notice).response(status) {
            if context.language == .en { Tag.p(.class("hint")) { form.contract.summary } }
            if form.isOffered {
                Tag.section(.class("sheet")) {
                    ActFormView(form: form, id: id, refusal: refusal, context: context).node
                }
            } else {
                Tag.p { words[.notOffered] }
            }
        }
    }

    private static func done(_ form: ActForm, _ reply: ActReply, _ context: ConsoleContext) -> Response {
        let words = Words(language: context.language)
        let title = CatalogueWords.act(form.contract.type.description, context.language)
        let notice = Layout.Notice(kind: .done, text: words[.sent(title)])
        return Layout(title: title, context: context, place: .acts, notice: notice).response {
            if reply.isRepeated { Tag.p { words[.sentAgain] } }
            Tag.dl(.class("facts")) {
                Tag.dt { words[.actId] }
                Tag.dd { Tag.span(.class("code")) { reply.id ?? "" } }
            }
            for result in reply.results {
                Tag.section(.class("sheet")) {
                    Tag.h2 { words[.result] }
                    Tag.p { Tag.span(.class("code")) { result.type.description } }
                    Tag.dl(.class("facts")) { facts(result, context) }
                }
            }
            if let alert = form.typed["alertId"] {
                Tag.p { Tag.a(.href(Link("alerts", alert))) { words[.alert(alert)] } }
            }
            Tag.p { Tag.a(.href(Link())) { words[.today] } }
        }
    }

    /// The plain values of an event.
    private static func facts(_ result: ActReply.Result, _ context: ConsoleContext) -> [Node] {
        guard let root = try? JSONDocument(parsing: result.data).root,
            let contract = Catalogue.description(of: result.type)
        else { return [] }
        return contract.fields.flatMap { field -> [Node] in
            guard let node = root[field.name] else { return [] }
            if case .object = field.form { return [] }
            if case .array = field.form { return [] }
            let text = node.string ?? String(decoding: node.text, as: UTF8.self)
            return [Tag.dt { CatalogueWords.name(field.name, context.language) }, Tag.dd { text }]
        }
    }
}
