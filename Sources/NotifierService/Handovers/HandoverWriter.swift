import Channels
import Contracts
import Domain

/// Writes what is handed over, as whoever it goes to may see it. Pure.
struct HandoverWriter: Sendable {
    /// Where the console is, for links; `nil` without one.
    let console: String?

    /// What is handed over to an address.
    ///
    /// - Parameters:
    ///   - taken: the handover.
    ///   - items: what is in it and still to be told, the most important first; at least one.
    ///   - notices: every notice in it.
    ///   - reader: how its reader wants to be told.
    ///   - addressing: who may see what.
    ///   - now: the time.
    func handover(
        _ taken: HandoverQueueStore.Taken, _ items: [HandoverQueueStore.Item], _ notices: [String],
        _ reader: ReaderSettings,
        _ addressing: inout Addressing, at now: Timestamp
    ) -> Handover {
        var told: [NoticeContent] = []
        for item in items {
            told.append(
                NoticeSight.told(
                    item.notice.content(at: now), item.notice.addressed, to: taken.login, isCut: item.isCut, &addressing
                ))
        }
        let text = NoticeText(reader.language, zone: reader.zone, console: console)
        let written = told.count == 1 ? told.first.map(text.rendered) ?? text.digest(told) : text.digest(told)
        return Handover(
            id: taken.id, address: taken.address, language: reader.language, subject: written.subject,
            text: written.text,
            html: written.html, thread: written.thread, severity: written.severity, notices: notices,
            json: written.json)
    }
}
