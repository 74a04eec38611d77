import Domain
import Hummingbird

/// The frame of every page: head, navigation, the main part, and what is told to everybody below it.
struct Layout: Sendable {
    /// What the page is.
    let title: String
    /// Who asks, in which language.
    let context: ConsoleContext
    /// Which place of the navigation it is.
    var place: NavigationPlace?
    /// What was done, told above the page.
    var notice: Notice?
    /// The view that it is, to be saved under a name; `nil` for a page that is none.
    var view: Link?
    /// What was looked for, for the box of the frame.
    var searched = ""

    /// A word about what was done.
    struct Notice: Sendable {
        enum Kind: String { case done, refused, waiting }
        let kind: Kind
        let text: String
    }

    private var words: Words { Words(language: context.language) }

    /// The page as an answer.
    func response(_ status: HTTPResponse.Status = .ok, @NodeBuilder _ content: () -> [Node]) -> Response {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .vary: "Accept-Encoding"]
        let bytes = Array(page(content()).document.utf8)
        let packed = context.takesGzip && bytes.count > 1_000 ? Packing.gzip(bytes, level: 4) : nil
        if packed != nil { headers[.contentEncoding] = "gzip" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: packed ?? bytes)))
    }

    /// The page.
    func page(_ content: [Node]) -> Node {
        Tag.html(.lang(context.language.tag)) {
            Tag.head {
                Tag.meta(.utf8)
                Node.element(.meta, Attribute.meta("viewport", "width=device-width, initial-scale=1"))
                Node.element(.meta, Attribute.meta("color-scheme", "light dark"))
                Node.element(.meta, Attribute.meta("htmx-config", Self.htmxSettings))
                Tag.title { "\(title) · \(words[.product])" }
                Tag.link(.rel("stylesheet"), .href(Assets.style.link))
                Tag.script(.src(Assets.htmx.link), .defer)
                Tag.script(.src(Assets.script.link), .defer)
            }
            Tag.body {
                Tag.a(.class("skip"), .href(.place("main"))) { words[.toMain] }
                header
                Tag.main(.id("main"), .tabIndex(-1)) {
                    Tag.h1 { title }
                    if let notice {
                        Tag.p(.class("notice \(notice.kind.rawValue)"), .role("status")) { notice.text }
                    }
                    if let view, context.person != nil { ViewRoutes.form(view, context) }
                    content
                }
                footer
            }
        }
    }

    /// Nothing that the policy of the pages would have to allow, no copies of pages left behind after the sign-out.
    private static let htmxSettings =
        #"{"allowEval":false,"includeIndicatorStyles":false,"allowScriptTags":false,"selfRequestsOnly":true,"historyCacheSize":0}"#

    private var header: Node {
        Tag.header(.class("top")) {
            Tag.a(.class("brand"), .href(Link())) { words[.product] }
            if let person = context.person {
                Tag.nav(.label(words[.navigation])) {
                    Tag.ul {
                        for item in NavigationPlace.places(of: context.roles) {
                            Tag.li {
                                Tag.a(.href(item.link), item == place ? .current : nil) { words[item.text] }
                            }
                        }
                    }
                }
                find
                Tag.form(.class("sign-out"), .method(.post), .action(Link("sign-out"))) {
                    Tag.span(.class("who")) { words[.signedInAs(person.name)] }
                    Tag.button { words[.signOut] }
                }
            }
        }
    }

    /// The box that looks everywhere.
    private var find: Node {
        Tag.form(.class("find"), .role("search"), .method(.get), .action(Link("find"))) {
            Tag.input(
                .type(.search), .name(FindRoutes.name), .label(words[.search]), .value(searched),
                .placeholder(words[.searchPlaceholder]), .maxLength(FindRoutes.longest), .data("find"))
            Tag.button { words[.search] }
        }
    }

    private var footer: Node {
        Tag.footer {
            Tag.form(.method(.post), .action(Link("language")), .class("language")) {
                for language in Language.allCases {
                    let text = language == .zh ? Text.chinese : .english
                    Tag.button(
                        .name("language"), .value(language.rawValue), .lang(language.tag),
                        language == context.language ? .current : nil
                    ) { words[text] }
                }
            }
            if context.person != nil {
                Tag.a(.href(Link("sessions"))) { words[.mySessions] }
                Tag.span(.class("keys")) { words[.keys] }
            }
        }
    }
}
