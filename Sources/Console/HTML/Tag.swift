/// The elements that the console's pages are made of. What runs by itself, such as a script within a page, is none of them.
enum Tag: String, Sendable {
    // Frame
    case html, head, body, title, meta, link, script, header, main, nav, footer, section, article, aside, div
    // Words
    case h1, h2, h3, p, ul, ol, li, dl, dt, dd, a, span, strong, em, small, code, abbr, time, br, hr, details, summary,
        pre
    // Tables
    case table, caption, thead, tbody, tfoot, tr, th, td
    // Forms
    case form, fieldset, legend, label, input, select, option, textarea, button, output, progress
    // Pictures
    case svg, g, rect, line, path, text

    /// Whether it holds nothing and has no end tag.
    var isVoid: Bool {
        switch self {
        case .meta, .link, .input, .br, .hr: true
        default: false
        }
    }

    /// An element with attributes and what is in it.
    func callAsFunction(_ attributes: Attribute?..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
        Node(.element(self, attributes.compactMap { $0 }, content()))
    }
}
