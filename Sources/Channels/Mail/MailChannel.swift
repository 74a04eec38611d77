import Contracts
package import Domain
package import Outbound

/// Hands over by mail: to a server by SMTP, all of a batch over one connection.
///
/// What a server refuses of a mail (where it goes, what it holds) is that mail's: 4xx later, 5xx never. What it refuses before
/// (that it is busy, who we are, whose the mails are) is no mail's fault: all are tried again later.
package struct MailChannel: Channel {
    /// Its name in the file of channels.
    package let name: String
    private let server: MailServer
    private let from: Mailbox
    private let replyTo: Mailbox?
    private let client: HTTPClient
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - name: its name in the file of channels.
    ///   - server: who takes the mails.
    ///   - from: whose they are.
    ///   - replyTo: where answers go, when not there.
    ///   - client: what sends them. It is the channel's own, so that a server that hangs holds up nothing else.
    ///   - now: what time it is, with the offset in which it is written.
    package init(
        name: String, server: MailServer, from: Mailbox, replyTo: Mailbox? = nil, client: HTTPClient = HTTPClient(),
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.name, self.server, self.from, self.replyTo) = (name, server, from, replyTo)
        (self.client, self.now) = (client, now)
    }

    /// How long one mail may take: with the silence before the answers to its last line and to the good-bye.
    package var longest: Duration { server.timeout + server.silence * 2 }

    /// Hands over, one after the other.
    package func hand(_ handovers: [Handover], within time: Duration) async -> [HandoverOutcome] {
        let end = ContinuousClock.now + time
        var outcomes: [HandoverOutcome] = []
        var failures = 0
        for (index, handover) in handovers.enumerated() {
            guard ContinuousClock.now < end else {
                outcomes += Array(repeating: .untried, count: handovers.count - index)
                break
            }
            let (outcome, trouble) = await hand(handover)
            outcomes.append(outcome)
            failures = trouble == .connection ? failures + 1 : 0
            // A mail may be why a connection is lost; two are a sign that it is not the mail.
            if trouble == .server || failures == 2, case .later(let words, let after) = outcome {
                let rest = handovers.count - index - 1
                outcomes += Array(repeating: .later("not tried, because before: \(words)", after: after), count: rest)
                break
            }
        }
        return outcomes
    }

    /// What is the matter beside the mail itself.
    private enum Trouble { case none, connection, server }

    private func hand(_ handover: Handover) async -> (HandoverOutcome, Trouble) {
        guard let address = MailAddress(handover.address) else {
            return (.refused("'\(PlainWords.line(handover.address, atMost: 64))' is no address of mail"), .none)
        }
        let request = MailRequest(
            server: server, sender: from.address.description, recipient: address.description,
            message: message(handover, to: address).bytes)
        do throws(OutboundError) {
            return Self.outcome(try await client.send(request))
        } catch {
            switch error.code {
            case .unreachable: return (.later(error.description, after: nil), .connection)
            default: return (.later(error.description, after: nil), .server)
            }
        }
    }

    /// What is sent.
    package func message(_ handover: Handover, to address: MailAddress) -> MailMessage {
        MailMessage(
            from: from, to: Mailbox(address: address), replyTo: replyTo, subject: handover.subject,
            identifier: MailIdentifier(ofMail: handover.id, domain: from.address),
            thread: handover.thread.map { MailIdentifier(ofThread: $0, domain: from.address) }, date: now(),
            isImportant: handover.severity == .critical, language: handover.language, text: handover.text,
            html: handover.html)
    }

    private static func outcome(_ answer: MailAnswer) -> (HandoverOutcome, Trouble) {
        let words = "\(answer.code) \(PlainWords.line(answer.words, atMost: 300))"
        if answer.isAccepted { return (.accepted(words), .none) }
        // A login that is asked for, or a good-bye.
        guard ![421, 454, 530, 534, 535, 538].contains(answer.code) else { return (.later(words, after: nil), .server) }
        switch answer.stage {
        case .connection: return (.later(words, after: nil), .server)
        // That it is too large is the one thing about a mail that can be said before it is known where it goes.
        case .sender where answer.code == 552: return (.refused(words), .none)
        case .sender: return (.later(words, after: nil), .server)
        case .recipient, .content: return (answer.code >= 500 ? .refused(words) : .later(words, after: nil), .none)
        }
    }
}
