import CCurl

/// One mail under way.
final class MailTransfer: Transfer {
    typealias Continuation = CheckedContinuation<Result<MailAnswer, OutboundError>, Never>

    private let continuation: Continuation
    private let message: [UInt8]
    /// How much of it the library has taken.
    private var taken = 0
    private var conversation = MailConversation()

    init(_ mail: MailRequest, _ continuation: Continuation) throws(OutboundError) {
        self.continuation = continuation
        message = mail.message
        let server = mail.server
        try Self.check(mail)
        let scheme = server.security == .tls ? "smtps" : "smtp"
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        try super.init(
            "\(scheme)://\(host):\(server.port)", protocols: "smtp,smtps",
            certificateAuthorities: server.certificateAuthorities)
        waybill_curl_number(
            handle, CURLOPT_USE_SSL, Int((server.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue))
        if let login = server.login {
            waybill_curl_text(handle, CURLOPT_USERNAME, login.user)
            waybill_curl_text(handle, CURLOPT_PASSWORD, login.password)
        }
        set(CURLOPT_CONNECTTIMEOUT_MS, server.connectTimeout)
        set(CURLOPT_TIMEOUT_MS, server.timeout)
        waybill_curl_number(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, Int(server.silence.components.seconds)))
        waybill_curl_text(handle, CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        set(CURLOPT_MAIL_RCPT, ["<\(mail.recipient)>"])
        waybill_curl_number(handle, CURLOPT_UPLOAD, 1)
        waybill_curl_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(message.count))
        talk()
        // The path is the name by which we greet.
        if waybill_curl_text(handle, CURLOPT_URL, "\(place)/\(server.greeting)") != CURLE_OK {
            remove(from: nil)
            throw OutboundError(.address, "the address of \(place) cannot be used")
        }
    }

    /// What would be another command, or another address, than was meant.
    private static func check(_ mail: MailRequest) throws(OutboundError) {
        for address in [mail.sender, mail.recipient] {
            guard !address.isEmpty, address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E })
            else {
                throw OutboundError(.address, "'\(address.prefix(64).filter { $0 >= " " })' is no address of mail")
            }
        }
        let isName = { (name: String) in
            !name.isEmpty
                && name.utf8.allSatisfy {
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:".utf8.contains($0)
                }
        }
        guard isName(mail.server.host), (1...65_535).contains(mail.server.port), isName(mail.server.greeting) else {
            throw OutboundError(.address, "a mail server has a name, a port, and a name by which it is greeted")
        }
    }

    /// Has the library ask for the content, and tell what is said: see ``HTTPTransfer`` on how long it may.
    private func talk() {
        let own = Unmanaged.passUnretained(self).toOpaque()
        waybill_curl_on_read(
            handle,
            { space, size, count, context in
                guard let space, let context else { return 0 }
                let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.give(UnsafeMutableRawBufferPointer(start: space, count: size * count))
            }, own)
        // Answers to commands come as heads do.
        waybill_curl_on_head(
            handle,
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
                transfer.conversation.hear(UnsafeRawBufferPointer(start: bytes, count: size * count))
                return size * count
            }, own)
        waybill_curl_on_body(handle, { _, size, count, _ in size * count }, own)
        waybill_curl_on_talk(
            handle,
            { _, kind, bytes, count, context in
                guard kind == CURLINFO_HEADER_OUT, let bytes, let context else { return 0 }
                let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
                transfer.conversation.say(UnsafeRawBufferPointer(start: bytes, count: count))
                return 0
            }, own)
    }

    private func give(_ space: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(space.count, message.count - taken)
        message[taken..<(taken + count)].withUnsafeBytes { space.copyMemory(from: $0) }
        taken += count
        return count
    }

    override func ended(_ result: CURLcode) -> () -> Void {
        let answer = answer(result)
        return { [continuation] in continuation.resume(returning: answer) }
    }

    private func answer(_ result: CURLcode) -> Result<MailAnswer, OutboundError> {
        // The library ends with an error after a refusal; the refusal says more.
        if let last = conversation.last, last.isAccepted ? result == CURLE_OK : last.code >= 400 {
            return .success(last)
        }
        guard result != CURLE_OK else {
            return .failure(OutboundError(.unreachable, "\(place) did not say that it has taken the mail"))
        }
        let failure = failure(result)
        let stage =
            switch conversation.stage {
            case .connection: ""
            case .sender, .recipient: ", before it had the mail"
            case .content: ", while it was given the mail"
            }
        return .failure(OutboundError(failure.code, failure.description + stage))
    }

    override func fail(_ error: OutboundError) { continuation.resume(returning: .failure(error)) }
}

/// What is said to a mail server, and what it says: how far it came, and its last whole answer (RFC 5321, 4.2).
struct MailConversation {
    /// What is being talked about.
    private(set) var stage = MailAnswer.Stage.connection
    /// The last answer that was whole.
    private(set) var last: MailAnswer?
    private var line: [UInt8] = []
    private var words = ""
    /// Whether we have said goodbye, as the library does after a refusal: what is said to that is no answer to the mail.
    private var isOver = false
    /// How many characters of words are kept.
    private static let most = 400

    /// Takes a command of ours. Of a login it keeps nothing.
    mutating func say(_ command: UnsafeRawBufferPointer) {
        func begins(_ text: StaticString) -> Bool {
            command.starts(with: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        if begins("QUIT") {
            isOver = true
        } else if begins("MAIL FROM:") {
            stage = .sender
        } else if begins("RCPT TO:") {
            stage = .recipient
        } else if begins("DATA\r\n"), stage == .recipient {
            stage = .content
        }
    }

    /// Takes a piece of what the server says, lines or not.
    mutating func hear(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == 0x0A {
                take()
            } else if line.count < 2_000 {
                line.append(byte)
            }
        }
    }

    /// Takes a line: three digits, a hyphen when more follow, words.
    private mutating func take() {
        let text = String(decoding: line, as: UTF8.self)
        line = []
        guard text.utf8.count >= 3, let code = Int(text.prefix(3)), (200..<600).contains(code) else { return }
        let rest = text.dropFirst(3)
        let said = String(rest.dropFirst().map { $0.isNewline || $0 < " " ? " " : $0 }).trimmingSpaces
        if !said.isEmpty, words.count < Self.most { words += (words.isEmpty ? "" : " ") + said }
        guard rest.first != "-", !isOver else { return }
        last = MailAnswer(stage: stage, code: code, words: String(words.prefix(Self.most)))
        words = ""
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...].drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
