import Contracts

/// How what is told looks: the parts of a page. Every style stands beside its element, as programs for mail know no others.
struct NoticePage: Sendable {
    let words: NoticeWords

    /// A notice by itself.
    func notice(_ told: NoticeText.Told, _ severity: NoticeSeverity) -> [HTML] {
        var parts = [self.severity(severity), headline(told.headline)]
        if !told.sentences.isEmpty { parts.append(sentences(told.sentences)) }
        let rows = told.list.map { label, value in
            HTML.element(
                "tr",
                .element(
                    "td style=\"padding: 3px 20px 3px 0; color: #666; vertical-align: top; white-space: nowrap\"",
                    .words(label)), .element("td style=\"padding: 3px 0; vertical-align: top\"", .words(value)))
        }
        parts.append(.element("table style=\"border-collapse: collapse; margin: 0 0 16px\"", rows))
        if let next = told.next {
            parts.append(.element("p style=\"margin: 0 0 4px; color: #666\"", .words(words.next)))
            parts.append(step(next))
        }
        if let link = told.link {
            parts.append(.element("p style=\"margin: 16px 0 4px; color: #666\"", .words(words.page)))
            parts.append(step(link))
        }
        return parts + [footer]
    }

    /// How much it matters: what is urgent is seen before it is read.
    func severity(_ severity: NoticeSeverity) -> HTML {
        let word = HTML.words(words.severity(severity))
        return switch severity {
        case .critical: .element("p style=\"margin: 0 0 6px; font-weight: bold; color: #b3261e\"", word)
        case .urgent: .element("p style=\"margin: 0 0 6px; font-weight: bold; color: #a15c00\"", word)
        case .attention: .element("p style=\"margin: 0 0 6px; font-weight: bold; color: #444\"", word)
        case .information: .element("p style=\"margin: 0 0 6px; color: #666\"", word)
        }
    }

    /// What it is about, in one line.
    func headline(_ headline: String) -> HTML {
        .element("h1 style=\"margin: 0 0 14px; font-size: 20px; line-height: 1.35\"", .words(headline))
    }

    /// What is told below the headline.
    func sentences(_ sentences: [String]) -> HTML {
        .element("p style=\"margin: 0 0 14px\"", .words(sentences.joined(separator: "\n")))
    }

    /// One of many.
    func item(_ headline: String, due: String?, next: String?) -> HTML {
        var parts = [HTML.words(headline)]
        if let due { parts.append(.element("div style=\"color: #666\"", .words(due))) }
        if let next { parts.append(step(next)) }
        return .element("li style=\"margin: 0 0 12px\"", parts)
    }

    /// Many.
    func list(_ items: [HTML]) -> HTML { .element("ul style=\"margin: 0 0 18px; padding: 0 0 0 20px\"", items) }

    /// What everybody is told at the end.
    var footer: HTML {
        .element(
            "p style=\"margin: 24px 0 0; padding: 12px 0 0; border-top: 1px solid #ddd; color: #777; font-size: 12px\"",
            .words(words.footer))
    }

    /// A command, to be copied as a whole, or a link.
    private func step(_ next: String) -> HTML {
        guard next.hasPrefix("https://") || next.hasPrefix("http://") else {
            // No line ends within `--reason`, after its first hyphens.
            let typed = next.split(separator: " ", omittingEmptySubsequences: false).map { word in
                word.hasPrefix("--") ? HTML.element("span style=\"white-space: nowrap\"", .words(word)) : .words(word)
            }
            return .element(
                """
                div style="margin: 4px 0 0; padding: 6px 10px; background: #f3f4f6; font-family: monospace; font-size: 13px"
                """, Array(typed.map { [$0] }.joined(separator: [.words(" ")])))
        }
        return .element("div style=\"margin: 4px 0 0\"", .link(next, next))
    }
}
