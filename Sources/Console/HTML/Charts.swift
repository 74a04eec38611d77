/// Pictures of figures, as SVG without script or style of their own; each stands beside the table of the same figures.
enum Charts {
    /// One bar: what it is of, how long it is, what is written beside it and what it opens.
    struct Bar: Sendable {
        /// What it is of.
        let label: String
        /// Its figure.
        let value: Double
        /// The figure in words.
        let words: String
        /// The records behind it.
        let link: Link?
        /// Whether it is a sum of those before it, in a waterfall.
        let isTotal: Bool

        init(_ label: String, _ value: Double, _ words: String, link: Link? = nil, isTotal: Bool = false) {
            (self.label, self.value, self.words, self.link, self.isTotal) = (label, value, words, link, isTotal)
        }
    }

    private static let (width, labels, row, figures) = (640.0, 170.0, 26.0, 120.0)

    /// Horizontal bars from a common nought; what is below it goes to the left.
    static func bars(_ bars: [Bar], title: String) -> Node {
        picture(bars.map { (bar: $0, from: 0, to: $0.value) }, title)
    }

    /// Bars that begin where the one before has ended; a total begins at nought.
    static func waterfall(_ bars: [Bar], title: String) -> Node {
        var level = 0.0
        let spans = bars.map { bar in
            let from = bar.isTotal ? 0 : level
            level = bar.isTotal ? bar.value : level + bar.value
            return (bar: bar, from: from, to: level)
        }
        return picture(spans, title)
    }

    private static func picture(_ spans: [(bar: Bar, from: Double, to: Double)], _ title: String) -> Node {
        let ends = spans.flatMap { [$0.from, $0.to] }.filter(\.isFinite) + [0]
        let (low, high) = (ends.min() ?? 0, ends.max() ?? 0)
        let room = width - labels - figures
        let scale = high > low ? room / (high - low) : 0
        func place(_ value: Double) -> Double { labels + ((value.isFinite ? value : 0) - low) * scale }
        // What is one picture to whoever listens has no links inside.
        let role = spans.contains { $0.bar.link != nil } ? "group" : "img"
        return Tag.svg(
            .class("chart"), .viewBox(width, row * Double(max(spans.count, 1)) + 4), .role(role), .label(title)
        ) {
            Tag.title { title }
            Tag.line(
                .class("axis"), .x1(place(0)), .y1(0), .x2(place(0)), .y2(row * Double(spans.count) + 4))
            for (index, span) in spans.enumerated() {
                let top = Double(index) * row + 4
                let (from, to) = (place(min(span.from, span.to)), place(max(span.from, span.to)))
                let kind = span.bar.isTotal ? "total" : span.to < span.from ? "less" : "more"
                let bar = Node.several {
                    Tag.title { "\(span.bar.label): \(span.bar.words)" }
                    Tag.text(.class("bar-label"), .x(labels - 8), .y(top + 15), .anchor("end")) { span.bar.label }
                    Tag.rect(.class(kind), .x(from), .y(top), .width(max(to - from, 1)), .height(row - 8))
                    Tag.text(.class("bar-figure"), .x(width - 4), .y(top + 15), .anchor("end")) { span.bar.words }
                }
                if let link = span.bar.link {
                    Tag.a(.href(link)) { bar }
                } else {
                    Tag.g { bar }
                }
            }
        }
    }
}
