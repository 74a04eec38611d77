import Contracts
package import Domain

/// A mail as it is sent: header fields and two bodies, one of plain words and one of HTML (RFC 5322, 2046).
///
/// Everything that stands in a header field is of a type that cannot hold the end of a line: an address, an identifier, a
/// time, or words that are encoded.
package struct MailMessage: Sendable {
    /// Whose it is.
    package var from: Mailbox
    /// Where it goes.
    package var to: Mailbox
    /// Where answers go, when not to whose it is.
    package var replyTo: Mailbox?
    /// What it is about.
    package var subject: String
    /// The mail's own identifier.
    package var identifier: MailIdentifier
    /// The thread it belongs to.
    package var thread: MailIdentifier?
    /// When it is written.
    package var date: Timestamp
    /// Whether it should stand out.
    package var isImportant: Bool
    /// The language of both bodies.
    package var language: Language
    /// The whole in plain words.
    package var text: String
    /// The whole as HTML.
    package var html: HTML

    /// - Parameters: as the properties.
    package init(
        from: Mailbox, to: Mailbox, replyTo: Mailbox? = nil, subject: String, identifier: MailIdentifier,
        thread: MailIdentifier? = nil, date: Timestamp, isImportant: Bool = false, language: Language, text: String,
        html: HTML
    ) {
        (self.from, self.to, self.replyTo, self.subject) = (from, to, replyTo, subject)
        (self.identifier, self.thread, self.date, self.isImportant) = (identifier, thread, date, isImportant)
        (self.language, self.text, self.html) = (language, text, html)
    }

    /// The bytes, CR LF at the end of each line, none of which is longer than 78 but those of long addresses.
    package var bytes: [UInt8] {
        // Neither encoding can produce these two characters side by side, so that it stands in no part.
        let boundary = "=_waybill"
        var message = ""
        func field(_ name: StaticString, _ value: String) { message += "\(name): \(value)\r\n" }
        field("Date", Self.date(date))
        field("From", Self.mailbox(from))
        field("To", Self.mailbox(to))
        if let replyTo { field("Reply-To", Self.mailbox(replyTo)) }
        field("Subject", MailEncoding.fieldWords(subject, used: 9))
        field("Message-ID", identifier.description)
        if let thread {
            field("In-Reply-To", thread.description)
            field("References", thread.description)
        }
        // No answering machine answers (RFC 3834).
        field("Auto-Submitted", "auto-generated")
        if isImportant { field("Importance", "high") }
        field("Content-Language", language == .zh ? "zh-CN" : "en")
        field("MIME-Version", "1.0")
        field("Content-Type", "multipart/alternative; boundary=\"\(boundary)\"")
        message += "\r\n"
        for (kind, content) in [("plain", text), ("html", html.description)] {
            let (encoding, lines) = MailEncoding.body(content)
            message += "--\(boundary)\r\n"
            field("Content-Type", "text/\(kind); charset=utf-8")
            field("Content-Transfer-Encoding", encoding)
            message += "\r\n\(lines)\r\n"
        }
        return Array((message + "--\(boundary)--\r\n").utf8)
    }

    private static func mailbox(_ mailbox: Mailbox) -> String {
        guard let name = mailbox.name, !PlainWords.line(name).isEmpty else { return mailbox.address.description }
        return "\(MailEncoding.phrase(PlainWords.line(name)))\r\n <\(mailbox.address)>"
    }

    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Mon, 05 Jan 2026 09:30:00 +0800`.
    private static func date(_ time: Timestamp) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let offset = Int(time.offsetMinutes)
        let day = time.day(offsetMinutes: offset)
        let (year, month, number) = day.components
        let local = time.microsecondsSinceEpoch / 1_000_000 + Int64(offset) * 60
        let second = Int(local - Int64(day.daysSinceEpoch) * 86_400)
        let zone = abs(offset)
        return "\(weekdays[day.weekday - 1]), \(two(number)) \(months[month - 1]) \(year)"
            + " \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
            + " \(offset < 0 ? "-" : "+")\(two(zone / 60))\(two(zone % 60))"
    }
}
