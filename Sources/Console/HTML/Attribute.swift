/// An attribute of an element. There is one for each that the console uses: none that runs a script or carries a style, for
/// the policy of the pages forbids both.
struct Attribute: Sendable, Equatable {
    let name: String
    /// Its value; `nil` for one that only is there.
    let value: String?

    private init(_ name: String, _ value: String?) { (self.name, self.value) = (name, value) }

    static func `class`(_ names: String) -> Attribute { .init("class", names) }
    static func id(_ id: String) -> Attribute { .init("id", id) }
    static func lang(_ tag: String) -> Attribute { .init("lang", tag) }
    static func title(_ text: String) -> Attribute { .init("title", text) }
    static func role(_ role: String) -> Attribute { .init("role", role) }
    static func scope(_ scope: Scope) -> Attribute { .init("scope", scope.rawValue) }
    static func tabIndex(_ index: Int) -> Attribute { .init("tabindex", "\(index)") }
    static func datetime(_ text: String) -> Attribute { .init("datetime", text) }
    static let open = Attribute("open", nil)

    // Links and forms
    static func href(_ link: Link) -> Attribute { .init("href", link.address) }
    static func action(_ link: Link) -> Attribute { .init("action", link.address) }
    static func src(_ link: Link) -> Attribute { .init("src", link.address) }
    static func method(_ method: Method) -> Attribute { .init("method", method.rawValue) }
    static func rel(_ rel: String) -> Attribute { .init("rel", rel) }
    static let download = Attribute("download", nil)
    static func name(_ name: String) -> Attribute { .init("name", name) }
    static func value(_ value: String) -> Attribute { .init("value", value) }
    static func type(_ type: InputType) -> Attribute { .init("type", type.rawValue) }
    static func `for`(_ id: String) -> Attribute { .init("for", id) }
    /// The form that a field belongs to, where it does not stand within it.
    static func form(_ id: String) -> Attribute { .init("form", id) }
    static func placeholder(_ text: String) -> Attribute { .init("placeholder", text) }
    static func autocomplete(_ text: String) -> Attribute { .init("autocomplete", text) }
    static func maxLength(_ count: Int) -> Attribute { .init("maxlength", "\(count)") }
    static func minimum(_ value: String) -> Attribute { .init("min", value) }
    static func maximum(_ value: String) -> Attribute { .init("max", value) }
    static func rows(_ count: Int) -> Attribute { .init("rows", "\(count)") }
    static func inputMode(_ mode: String) -> Attribute { .init("inputmode", mode) }
    static let required = Attribute("required", nil)
    static let selected = Attribute("selected", nil)
    static let checked = Attribute("checked", nil)
    static let autofocus = Attribute("autofocus", nil)
    static let `defer` = Attribute("defer", nil)

    /// What `meta` says.
    static func meta(_ name: String, _ content: String) -> [Attribute] {
        [.init("name", name), .init("content", content)]
    }
    static let utf8 = Attribute("charset", "utf-8")
    static func content(_ text: String) -> Attribute { .init("content", text) }

    // For those who do not see the page
    static func label(_ text: String) -> Attribute { .init("aria-label", text) }
    static func labelledBy(_ id: String) -> Attribute { .init("aria-labelledby", id) }
    static func describedBy(_ id: String) -> Attribute { .init("aria-describedby", id) }
    static let current = Attribute("aria-current", "page")
    static let invalid = Attribute("aria-invalid", "true")
    static let hidden = Attribute("aria-hidden", "true")
    static func live(_ how: String) -> Attribute { .init("aria-live", how) }

    /// Has htmx follow links and forms within it by exchanging the main part of the page; without script they are what they
    /// were.
    static let boost: [Attribute] = [
        .init("hx-boost", "true"), .init("hx-target", "main"), .init("hx-select", "main"),
        .init("hx-swap", "outerHTML show:window:top"),
    ]

    /// What only the console's own script reads.
    static func data(_ name: String, _ value: String = "") -> Attribute { .init("data-\(name)", value) }

    // Pictures; figures are numbers, so that nothing else can stand there
    static func viewBox(_ width: Double, _ height: Double) -> Attribute {
        .init("viewBox", "0 0 \(Self.number(width)) \(Self.number(height))")
    }
    static func x(_ value: Double) -> Attribute { .init("x", number(value)) }
    static func y(_ value: Double) -> Attribute { .init("y", number(value)) }
    static func x1(_ value: Double) -> Attribute { .init("x1", number(value)) }
    static func y1(_ value: Double) -> Attribute { .init("y1", number(value)) }
    static func x2(_ value: Double) -> Attribute { .init("x2", number(value)) }
    static func y2(_ value: Double) -> Attribute { .init("y2", number(value)) }
    static func width(_ value: Double) -> Attribute { .init("width", number(value)) }
    static func height(_ value: Double) -> Attribute { .init("height", number(value)) }
    static func anchor(_ how: String) -> Attribute { .init("text-anchor", how) }

    /// A number with at most one digit behind the point, always written alike.
    private static func number(_ value: Double) -> String {
        let tenths = (value.isFinite ? value * 10 : 0).rounded()
        guard tenths.magnitude < 1e12 else { return "0" }
        let whole = Int(tenths)
        return whole.isMultiple(of: 10)
            ? "\(whole / 10)" : "\(whole < 0 ? "-" : "")\(whole.magnitude / 10).\(whole.magnitude % 10)"
    }

    enum Scope: String { case col, row }
    enum Method: String { case get, post }
    enum InputType: String { case text, password, date, number, hidden, checkbox, submit, search, range }
}
