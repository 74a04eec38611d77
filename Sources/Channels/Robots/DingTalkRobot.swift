import Contracts
package import Domain
import Foundation
package import Outbound

/// Custom robots of groups in DingTalk, by its document on them: `text`, signed by the time in milliseconds and the secret, with
/// HMAC-SHA256 under the secret; both stand in the address. Twenty messages a minute are allowed; who sends more is not heard for
/// ten minutes.
struct DingTalkForm: ChatForm {
    let codeName = "errcode"
    let wordsName = "errmsg"

    func request(_ handover: Handover, _ robot: ChatRobot.Robot, at now: Timestamp) -> (url: String, body: [UInt8]) {
        var text = ObjectWriter()
        text.text("content", handover.chatWords(bytes: 18_000))
        var body = ObjectWriter()
        body.text("msgtype", "text")
        body.json("text", text.finished())
        return (robot.secret.map { Self.signed(robot.url, secret: $0, at: now) } ?? robot.url, body.finished())
    }

    /// The address with time and signature.
    static func signed(_ url: String, secret: String, at now: Timestamp) -> String {
        let milliseconds = now.microsecondsSinceEpoch / 1_000
        let signature = Signed.base64(Data("\(milliseconds)\n\(secret)".utf8), key: Array(secret.utf8))
        // Of base64, these three have another meaning in an address.
        let sign = signature.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
        return "\(url)\(url.contains("?") ? "&" : "?")timestamp=\(milliseconds)&sign=\(sign)"
    }

    func meaning(of code: Int, _ words: String) -> ChatMeaning {
        switch code {
        case 0: .accepted
        // Sent too fast.
        case 130101, 410100: .tooOften(.seconds(600))
        // No such kind of message, wrong fields, nothing in it, too long, or content that it does not take.
        case 400105, 40035, 43004, 44004, 460101, 430101...430104: .refused
        // Busy (-1), no such robot, stopped, or not of its keyword, signature or network (310000); and what we do not know.
        default: .later
        }
    }
}

extension ChatRobot {
    /// Robots of DingTalk.
    ///
    /// - Parameters: as of ``wecom(name:robots:client:timeout:now:)``.
    package static func dingtalk(
        name: String, robots: [String: Robot], client: HTTPClient = .shared, timeout: Duration = .seconds(10),
        now: @escaping @Sendable () -> Timestamp
    ) -> ChatRobot {
        ChatRobot(name: name, form: DingTalkForm(), robots: robots, client: client, timeout: timeout, now: now)
    }
}
