package import Contracts
package import Domain

/// What is written of notices, in the language and the zone of who reads it.
///
/// Whoever renders leaves out what the reader may not see: a notice's facts that stand in protected fields are taken out before,
/// by ``NoticeContent/facts``. Templates do without them.
package struct NoticeText: Sendable {
    /// Something that is written, in all its forms.
    package struct Rendered: Sendable, Equatable {
        /// One line.
        package let subject: String
        /// The whole in plain words.
        package let text: String
        /// The whole as HTML.
        package let html: HTML
        /// The whole for a program, in the form of Standard Webhooks: `{"type", "timestamp", "data": {"notices": […]}}`.
        package let json: [UInt8]
        /// What it is about, so that all of it stands together; `nil` for several.
        package let thread: String?
        /// How much the most important notice in it matters.
        package let severity: NoticeSeverity
    }

    /// The reader's language.
    package let language: Language
    /// Where the console is; `nil` without one.
    package let console: String?
    private let values: NoticeValues
    private let words: NoticeWords
    /// How many notices of a digest are told one by one.
    private static let most = 100

    /// - Parameters:
    ///   - language: the reader's.
    ///   - zone: the reader's.
    ///   - organisation: the organisation's zone, whose times need no word about it.
    ///   - console: where the console is, without a slash at the end.
    package init(
        _ language: Language, zone: OrganisationZone = .current, organisation: OrganisationZone = .current,
        console: String? = nil
    ) {
        (self.language, self.console) = (language, console)
        values = NoticeValues(language: language, zone: zone, usualZone: organisation)
        words = NoticeWords(language: language)
    }

    /// What all notices about an object have in common.
    package static func thread(of notice: NoticeContent) -> String {
        "\(notice.about.kind)/\(notice.about.source ?? "")/\(notice.about.identifier)"
    }

    /// What is written of one notice.
    package func rendered(_ notice: NoticeContent) -> Rendered {
        let told = told(notice)
        var lines = [told.headline]
        if !told.sentences.isEmpty { lines += ["", told.sentences.joined(separator: language == .en ? " " : "")] }
        if !told.list.isEmpty { lines += [""] + told.list.map { "\($0.label)\(words.colon)\($0.value)" } }
        if let next = told.next { lines += ["", "\(words.next)\(words.colon)\(next)"] }
        if let link = told.link { lines += ["", "\(words.page)\(words.colon)\(link)"] }
        lines += ["", words.footer]
        return Rendered(
            subject: words.mark(notice.severity) + PlainWords.line(told.headline, atMost: 150),
            text: lines.joined(separator: "\n") + "\n",
            html: .page(language, title: told.headline, page.notice(told, notice.severity)),
            json: Self.json([notice]), thread: Self.thread(of: notice), severity: notice.severity)
    }

    /// What is written of many notices together: what matters most first. Beyond a hundred they are counted by kind.
    ///
    /// - Parameter notices: at least one.
    package func digest(_ notices: [NoticeContent]) -> Rendered {
        let sorted = notices.sorted {
            ($0.severity.rank, $1.happenedAt, $1.noticeId) > ($1.severity.rank, $0.happenedAt, $0.noticeId)
        }
        let mattering = notices.count { $0.severity.rank >= NoticeSeverity.urgent.rank }
        let subject = words.digest(notices.count, mattering: mattering)
        var lines = [subject]
        var parts = [page.headline(subject)]
        for severity in NoticeSeverity.allCases.reversed() {
            let own = sorted.prefix(Self.most).filter { $0.severity == severity }
            guard !own.isEmpty else { continue }
            lines += ["", "\(words.severity(severity))"]
            parts.append(page.severity(severity))
            var items: [HTML] = []
            for notice in own {
                let told = told(notice)
                let due = notice.dueAt.map { "\(words.until)\(words.colon)\(values.time($0))" }
                lines.append("- \(told.headline)")
                lines += [due, told.next].compactMap(\.self).map { "  \($0)" }
                items.append(page.item(told.headline, due: due, next: told.next))
            }
            parts.append(page.list(items))
        }
        let rest = Dictionary(grouping: sorted.dropFirst(Self.most), by: \.kind).mapValues(\.count)
        if !rest.isEmpty {
            let kinds = rest.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { kind, count in
                "\(NoticeTemplates.template(kind, language).title)\(words.colon)\(count)"
            }
            let more = words.more(notices.count - Self.most)
            lines += ["", more] + kinds.map { "- \($0)" }
            parts += [page.sentences([more]), page.list(kinds.map { page.item($0, due: nil, next: nil) })]
        }
        lines += ["", words.footer]
        parts.append(page.footer)
        return Rendered(
            subject: subject, text: lines.joined(separator: "\n") + "\n",
            html: .page(language, title: subject, parts), json: Self.json(sorted), thread: nil,
            severity: sorted.first?.severity ?? .information)
    }

    // MARK: What is told

    /// What is told of a notice, in the reader's words.
    struct Told {
        var headline: String
        var sentences: [String]
        var list: [(label: String, value: String)]
        var next: String?
        /// Where the console shows what it is about.
        var link: String?
    }

    private var page: NoticePage { NoticePage(words: words) }

    private func told(_ notice: NoticeContent) -> Told {
        let template = NoticeTemplates.template(notice.kind, language)
        let known = known(notice, template)
        var used: Set<String> = []
        func fill(_ pattern: String) -> String? {
            guard let text = NoticeTemplate.fill(pattern, known) else { return nil }
            used.formUnion(NoticeTemplate.names(in: pattern))
            return text
        }
        var headline: String?
        for pattern in template.headlines where headline == nil { headline = fill(pattern) }
        let sentences = template.sentences.compactMap(fill)
        var list: [(label: String, value: String)] = []
        if !used.contains("customer"), let customer = known["customer"] { list.append((words.customer, customer)) }
        if !used.contains("line"), notice.businessLine != nil, notice.businessLine != "*", let line = known["line"] {
            list.append((words.label("line"), line))
        }
        var listed: Set<String> = ["customer", "line"]
        for fact in notice.facts {
            let name = NoticeFactNames.told(fact)
            guard !used.contains(name), listed.insert(name).inserted else { continue }
            // The number of what it is about stands in the headline.
            if used.contains("about"), fact.kind == .code, fact.value == notice.about.identifier { continue }
            if let value = known[name] { list.append((words.label(name), value)) }
        }
        if !used.contains("stake"), let stake = known["stake"] { list.append((words.stake, stake)) }
        if !used.contains("due"), let due = known["due"] { list.append((words.until, due)) }
        list.append((words.happened, values.time(notice.happenedAt)))
        return Told(
            // The last headline of a template names nothing that is not there; a test says so.
            headline: headline ?? template.title, sentences: sentences, list: list, next: notice.next.map(next),
            link: link(notice))
    }

    /// What there is to name: facts, several of a name together, and what a notice has beside them.
    private func known(_ notice: NoticeContent, _ template: NoticeTemplate) -> [String: String] {
        var known: [String: String] = [:]
        if let customer = notice.customerId { known["customer"] = PlainWords.line(customer) }
        if let line = notice.businessLine { known["line"] = line == "*" ? words.allLines : PlainWords.line(line) }
        if let owner = notice.owner { known["owner"] = PlainWords.line(owner) }
        if let node = notice.node { known["node"] = PlainWords.line(node) }
        if let stake = notice.atStake { known["stake"] = values.money(stake, notice.currency) }
        if let due = notice.dueAt { known["due"] = values.time(due) }
        var told: Set<String> = []
        for fact in notice.facts {
            let word = fact.kind == .code ? NoticeCodes.word(fact.name, fact.value, language) : nil
            let value = word ?? values.value(fact)
            guard !value.isEmpty else { continue }
            let name = NoticeFactNames.told(fact)
            let isFirst = told.insert(name).inserted
            known[name] = isFirst ? value : "\(known[name] ?? "")\(words.comma)\(value)"
        }
        known["about"] = words.object(notice.about.kind, PlainWords.line(notice.about.identifier))
        known["happened"] = values.time(notice.happenedAt)
        known["title"] = template.title
        return known
    }

    /// The address of the page of what it is about; `nil` without a console, or when it is to be gone to anyway.
    private func link(_ notice: NoticeContent) -> String? {
        guard let console, notice.next?.hasPrefix("/") != true else { return nil }
        return NoticeLink.path(of: notice.about).map { console + $0 }
    }

    /// A command as it is typed, or a path of the console as an address.
    private func next(_ next: String) -> String {
        let line = PlainWords.line(next)
        guard line.hasPrefix("/"), let console else { return line }
        return console + line
    }

    /// What a program is told.
    private static func json(_ notices: [NoticeContent]) -> [UInt8] {
        var data = ObjectWriter()
        data.array("notices", notices)
        var body = ObjectWriter()
        body.text("type", "waybill.notices")
        body.timestamp("timestamp", notices.map(\.happenedAt).max())
        body.json("data", data.finished())
        return body.finished()
    }
}

extension NoticeSeverity {
    /// The higher, the more it matters.
    fileprivate var rank: Int {
        switch self {
        case .information: 0
        case .attention: 1
        case .urgent: 2
        case .critical: 3
        }
    }
}
