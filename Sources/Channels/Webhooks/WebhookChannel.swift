package import Domain
package import Outbound

/// Hands over to programs by HTTP, signed in the form of Standard Webhooks.
///
/// A redirect is not followed: a webhook goes where its settings say. Private addresses are for a client that may go there.
package struct WebhookChannel: Channel {
    /// Where webhooks of a name go.
    package struct Target: Sendable {
        /// The address.
        package var url: String
        /// By which it is signed, with each of them: while a secret is changed, the old one and the new.
        package var secrets: [WebhookSecret]
        /// A file (PEM) of the authorities that may have signed its certificate; the system's when `nil`.
        package var certificateAuthorities: String?

        /// - Parameters: as the properties.
        package init(url: String, secrets: [WebhookSecret], certificateAuthorities: String? = nil) {
            (self.url, self.secrets, self.certificateAuthorities) = (url, secrets, certificateAuthorities)
        }
    }

    /// Its name in the file of channels.
    package let name: String
    private let targets: [String: Target]
    private let post: HTTPPost

    /// - Parameters:
    ///   - name: its name in the file of channels.
    ///   - targets: where webhooks go, by the names that are addresses of handovers.
    ///   - client: what sends them: one that may go to public addresses alone, unless others are allowed.
    ///   - timeout: how long an answer may take.
    ///   - now: what time it is.
    package init(
        name: String, targets: [String: Target], client: HTTPClient, timeout: Duration = .seconds(15),
        now: @escaping @Sendable () -> Timestamp
    ) {
        (self.name, self.targets) = (name, targets)
        post = HTTPPost(client: client, timeout: timeout, now: now)
    }

    /// How long one request may take.
    package var longest: Duration { post.timeout }

    /// Hands over, one after the other.
    package func hand(_ handovers: [Handover], within time: Duration) async -> [HandoverOutcome] {
        await post.each(handovers, within: time) { handover in
            guard let target = targets[handover.address] else {
                return (.refused("there is no webhook '\(PlainWords.line(handover.address, atMost: 64))'"), .none)
            }
            let identifier = SafeNumber.of(handover.id)
            let seconds = post.now().microsecondsSinceEpoch / 1_000_000
            let signatures = target.secrets.map { $0.signature(of: identifier, at: seconds, body: handover.json) }
            return await post.send(
                target.url,
                headers: [
                    ("webhook-id", identifier), ("webhook-timestamp", String(seconds)),
                    ("webhook-signature", signatures.joined(separator: " ")),
                ], body: handover.json, certificateAuthorities: target.certificateAuthorities
            ) { response in
                let said = PlainWords.line(String(decoding: response.body.prefix(2_000), as: UTF8.self), atMost: 200)
                let words = said.isEmpty ? "HTTP \(response.status)" : "HTTP \(response.status): \(said)"
                return switch response.status {
                case 200..<300: .accepted(words)
                // What is wrong with what was sent stays wrong; nobody is there any more.
                case 400, 410, 413, 415, 422: .refused(words)
                case 300..<400: .later("\(words) (redirects are not followed)", after: nil)
                default: .later(words, after: nil)
                }
            }
        }
    }
}
