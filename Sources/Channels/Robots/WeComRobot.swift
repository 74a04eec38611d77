import Contracts
package import Domain
package import Outbound

/// Robots of groups in WeCom, by its document 91770: `text` of at most 2,048 bytes; the key in the address is the secret. Twenty
/// messages a minute are allowed.
struct WeComForm: ChatForm {
    let codeName = "errcode"
    let wordsName = "errmsg"

    func request(_ handover: Handover, _ robot: ChatRobot.Robot, at now: Timestamp) -> (url: String, body: [UInt8]) {
        var text = ObjectWriter()
        text.text("content", handover.chatWords(bytes: 2_048))
        var body = ObjectWriter()
        body.text("msgtype", "text")
        body.json("text", text.finished())
        return (robot.url, body.finished())
    }

    func meaning(of code: Int, _ words: String) -> ChatMeaning {
        switch code {
        case 0: .accepted
        // More often than is allowed, in a minute or at once.
        case 45009, 45033: .tooOften(.seconds(60))
        // No such kind, no such field, too long, nothing in it.
        case 40008, 40058, 44004, 45002: .refused
        // Busy (-1), no such robot (93000), and what we do not know.
        default: .later
        }
    }
}

extension ChatRobot {
    /// Robots of WeCom.
    ///
    /// - Parameters:
    ///   - name: the channel's name in the file of channels.
    ///   - robots: the robots by name.
    ///   - client: what sends.
    ///   - timeout: how long an answer may take.
    ///   - now: what time it is.
    package static func wecom(
        name: String, robots: [String: Robot], client: HTTPClient = .shared, timeout: Duration = .seconds(10),
        now: @escaping @Sendable () -> Timestamp
    ) -> ChatRobot {
        ChatRobot(name: name, form: WeComForm(), robots: robots, client: client, timeout: timeout, now: now)
    }
}
