package import Contracts

/// The language in which somebody is written to.
package typealias Language = NoticeLanguage

/// What is handed over to one address.
package struct Handover: Sendable, Equatable {
    /// Its number, the same whenever it is tried: of it are made the Message-ID of a mail and the id of a webhook. One of
    /// letters, digits, `-` and `_`, 64 at most, is kept as it is, of another its digest.
    package var id: String
    /// Where it goes: a mail address; the name of a robot or of a webhook in the file of channels.
    package var address: String
    /// The language it is written in.
    package var language: Language
    /// One line that says what it is about.
    package var subject: String
    /// The whole, in plain words.
    package var text: String
    /// The whole, as HTML; made by ``HTML`` alone, so that everything in it is escaped.
    package var html: HTML
    /// What it belongs to: handovers with the same one are shown together where the channel can do that.
    package var thread: String?
    /// How much the most important notice in it matters.
    package var severity: NoticeSeverity
    /// The notices in it.
    package var notices: [String]
    /// The same for a program: the JSON that a webhook sends.
    package var json: [UInt8]

    /// - Parameters: as the properties.
    package init(
        id: String, address: String, language: Language, subject: String, text: String, html: HTML, thread: String?,
        severity: NoticeSeverity, notices: [String], json: [UInt8]
    ) {
        (self.id, self.address, self.language) = (id, address, language)
        (self.subject, self.text, self.html) = (subject, text, html)
        (self.thread, self.severity, self.notices, self.json) = (thread, severity, notices, json)
    }
}

/// What came of a handover, in the server's own words.
package enum HandoverOutcome: Sendable, Equatable {
    /// The server has it; what it said.
    case accepted(String)
    /// Not now; what was said, and how long the server wants to be left alone, when it said so.
    case later(String, after: Duration?)
    /// Never so: another try would be refused as well. What was said.
    case refused(String)
    /// Its turn did not come in the time that there was: nobody was asked.
    case untried
}

/// A way to people: one server with its settings.
package protocol Channel: Sendable {
    /// Its name in the file of channels.
    var name: String { get }
    /// How long one handover may take at the most.
    var longest: Duration { get }
    /// Hands over.
    ///
    /// Nothing is thrown: whatever goes wrong is the outcome of those it concerns. When the task is cancelled, those that were
    /// not handed over by then are `later`. None is begun once the time is over: those are `untried`.
    ///
    /// - Parameters:
    ///   - handovers: what is handed over.
    ///   - time: in which time handovers are begun; the last of them may take ``longest`` beyond it.
    /// - Returns: one outcome for each handover, in their order.
    func hand(_ handovers: [Handover], within time: Duration) async -> [HandoverOutcome]
}

extension Channel {
    /// Hands over, however long it takes.
    package func hand(_ handovers: [Handover]) async -> [HandoverOutcome] {
        await hand(handovers, within: .seconds(86_400))
    }
}
