import Foundation
import HTTPTypes
import Hummingbird
import Postgres

/// Saved views: the address is the view, and saving gives it a name. One that is shared is opened by its link; whoever opens it is
/// sent to the address and asks for themselves, so that it shows nobody more than they may see.
struct ViewRoutes: ConsoleRoutes {
    private static let (name, address, id, shared) = ("name", "address", "id", "shared")

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/views") { _, context in try await Self.list(context, parts, notice: nil) }
        router.get("/views/:id") { _, context -> Response in
            guard let person = context.person else { throw ConsoleRefusal.signIn }
            guard let id = context.parameters.get("id").flatMap(UUID.init(uuidString:))?.uuidString,
                let address = try await parts.pool.withTransaction(
                    isReadOnly: true, { try ViewStore.address(id, for: person.login, $0) })
            else { throw HTTPError(.notFound) }
            return .redirect(to: Link.returning(to: address), type: .normal)
        }
        router.post("/views") { request, context in
            try await Self.save(FormValues(form: request, context), context, parts)
        }
        router.post("/views/share") { request, context -> Response in
            let (id, login, values) = try await Self.meant(request, context)
            let isShared = values[Self.shared] == "true"
            try await parts.pool.withTransaction { try ViewStore.share(id, isShared, of: login, $0) }
            return .redirect(to: Link("views").address, type: .normal)
        }
        router.post("/views/delete") { request, context -> Response in
            let (id, login, _) = try await Self.meant(request, context)
            try await parts.pool.withTransaction { try ViewStore.remove(id, of: login, $0) }
            return .redirect(to: Link("views").address, type: .normal)
        }
    }

    /// The view that a form is about, and who sent it.
    private static func meant(
        _ request: Request, _ context: ConsoleContext
    ) async throws -> (id: String, login: String, values: FormValues) {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        let values = try await FormValues(form: request, context)
        guard let id = values[id].flatMap(UUID.init(uuidString:))?.uuidString else { throw HTTPError(.badRequest) }
        return (id, person.login, values)
    }

    private static func save(
        _ values: FormValues, _ context: ConsoleContext, _ parts: ConsoleParts
    ) async throws -> Response {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        let given = (values[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        // Only the console's own addresses are saved: what names another place is no view.
        guard let address = values[address], Link.returning(to: address) == address, !given.isEmpty,
            given.unicodeScalars.count <= 100
        else { throw HTTPError(.badRequest) }
        let isKept = try await parts.pool.withTransaction {
            try ViewStore.save(given, address, of: person.login, $0)
        }
        let words = Words(language: context.language)
        return try await list(
            context, parts,
            notice: isKept
                ? .init(kind: .done, text: words[.viewSaved(given)])
                : .init(kind: .refused, text: words[.viewsFull(ViewStore.most)]),
            status: isKept ? .ok : .unprocessableContent)
    }

    private static func list(
        _ context: ConsoleContext, _ parts: ConsoleParts, notice: Layout.Notice?,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        guard let person = context.person else { throw ConsoleRefusal.signIn }
        let views = try await parts.pool.withTransaction(isReadOnly: true) {
            try ViewStore.views(of: person.login, $0)
        }
        let words = Words(language: context.language)
        return Layout(title: words[.views], context: context, place: .views, notice: notice).response(status) {
            Tag.p { words[.viewsHelp] }
            if views.isEmpty {
                Tag.p(.class("hint")) { words[.nothing] }
            } else {
                Tag.div(.class("scroll"), .tabIndex(0), .role("region"), .label(words[.views])) {
                    Tag.table {
                        Tag.thead {
                            Tag.tr {
                                for text: Text in [.name, .address, .changed, .sharing, .nextAct] {
                                    Tag.th(.scope(.col)) { words[text] }
                                }
                            }
                        }
                        Tag.tbody { for view in views { line(view, context) } }
                    }
                }
            }
        }
    }

    private static func line(_ view: ViewStore.View, _ context: ConsoleContext) -> Node {
        let words = Words(language: context.language)
        let link = Link("views", view.id)
        func form(_ action: String, _ text: Text, _ more: [(String, String)] = []) -> Node {
            Tag.form(.method(.post), .action(Link("views", action))) {
                for (name, value) in [(id, view.id)] + more {
                    Tag.input(.type(.hidden), .name(name), .value(value))
                }
                // What it is about is said to whoever does not see the row.
                Tag.button(.label("\(words[text]): \(view.name)")) { words[text] }
            }
        }
        return Tag.tr {
            Tag.td { Tag.a(.href(link)) { view.name } }
            Tag.td { Tag.span(.class("code")) { view.address } }
            Tag.td(.class("when")) { Figure.time(view.changed, context.zone) }
            Tag.td {
                if view.isShared {
                    Tag.span(.class("code")) { link.address }
                } else {
                    words[.no]
                }
            }
            Tag.td {
                Tag.div(.class("row")) {
                    form(
                        "share", view.isShared ? .unshare : .share,
                        [(shared, view.isShared ? "false" : "true")])
                    form("delete", .delete)
                }
            }
        }
    }

    /// The form by which a page that is a view is saved.
    static func form(_ view: Link, _ context: ConsoleContext) -> Node {
        let words = Words(language: context.language)
        return Tag.details(.class("save")) {
            Tag.summary { words[.saveView] }
            Tag.form(.class("row"), .method(.post), .action(Link("views"))) {
                Tag.input(.type(.hidden), .name(address), .value(view.address))
                Tag.input(
                    .type(.text), .name(name), .label(words[.name]), .placeholder(words[.name]), .maxLength(100),
                    .required)
                Tag.button { words[.saveView] }
                Tag.a(.href(Link("views"))) { words[.views] }
            }
        }
    }
}
