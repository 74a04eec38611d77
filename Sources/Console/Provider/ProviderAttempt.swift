import Crypto
import HTTPTypes
import Hummingbird

/// A sign-in that was begun at the provider, and has not come back.
///
/// All of it is in a cookie of the browser that began it: a secret, when that was, and where to go on. What is told to the provider is
/// made from the whole cookie, so that of a cookie that was changed nothing fits any more, and what comes back to another browser fits
/// nothing there. So strangers who begin many cost no memory.
struct ProviderAttempt: Sendable {
    /// How many seconds one may take.
    static let seconds = 600

    /// As the cookie has it.
    let value: String
    /// Where to go on.
    let next: String
    private let began: Int
    private let secret: SymmetricKey

    /// Begins one.
    ///
    /// - Parameters:
    ///   - next: where to go on, a path of the console.
    ///   - now: seconds since 1970.
    init(next: String?, now: Int) {
        let path = Link.returning(to: next)
        let kept = path.utf8.count <= 1_500 ? path : "/"
        let secret = SymmetricKey(size: .bits256)
        self.next = kept
        began = now
        self.secret = secret
        value = "\(secret.withUnsafeBytes { Secret.text(Array($0)) }).\(now).\(Secret.text(Array(kept.utf8)))"
    }

    /// Reads a cookie.
    ///
    /// - Returns: `nil` when it is none, or was begun too long ago.
    init?(cookie: String, now: Int) {
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Secret.bytes(parts[0]), bytes.count == 32, let began = Int(parts[1]),
            // Another copy's clock may be a little ahead.
            (-60...Self.seconds).contains(now.subtractingReportingOverflow(began).partialValue),
            let path = Secret.bytes(parts[2])
        else { return nil }
        (value, self.began, secret) = (cookie, began, SymmetricKey(data: bytes))
        next = Link.returning(to: String(decoding: path, as: UTF8.self))
    }

    /// What comes back by the browser, and must be the same.
    var state: String { derived("state") }
    /// What comes back within the signed token, and must be the same.
    var nonce: String { derived("nonce") }
    /// What only who began it knows (RFC 7636).
    var verifier: String { derived("verifier") }
    /// What the provider is told of ``verifier``.
    var challenge: String { Secret.text(Array(SHA256.hash(data: Array(verifier.utf8)))) }

    private func derived(_ what: String) -> String {
        Secret.text(
            Array(HMAC<SHA256>.authenticationCode(for: Array("waybill \(what) \(value)".utf8), using: secret)))
    }
}

/// The cookie of a sign-in at the provider.
struct ProviderCookie: Sendable {
    /// Whether browsers reach the console by TLS.
    let isSecure: Bool

    /// Its name.
    var name: String { isSecure ? "__Host-waybill-provider" : "waybill-provider" }

    /// What the browser brings along.
    func value(of request: Request) -> String? { request.cookies[name]?.value }

    /// Has the browser keep it as long as a sign-in may take. It comes along when the provider sends the browser back, which is why it is
    /// not stricter.
    func set(_ attempt: ProviderAttempt) -> String {
        "\(name)=\(attempt.value); Max-Age=\(ProviderAttempt.seconds); \(attributes)"
    }

    /// Has the browser forget it.
    var clear: String { "\(name)=; Max-Age=0; \(attributes)" }

    private var attributes: String { "Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }
}
