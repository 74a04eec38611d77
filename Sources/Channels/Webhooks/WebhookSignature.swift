import Crypto
import Foundation

/// A secret by which webhooks are signed, in the form of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64.
package struct WebhookSecret: Sendable, Equatable {
    private let key: [UInt8]

    /// The secret of a text; `nil` when it is not of that form.
    package init?(_ text: String) {
        guard text.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(text.dropFirst(6))),
            (24...64).contains(bytes.count)
        else { return nil }
        key = Array(bytes)
    }

    /// The signature of a message: `v1,` and the HMAC-SHA256 of identifier, time and body with dots between them, in base64.
    ///
    /// - Parameters:
    ///   - identifier: the message's, without a dot.
    ///   - seconds: when it is sent, in seconds since 1970.
    ///   - body: what is sent.
    package func signature(of identifier: String, at seconds: Int64, body: [UInt8]) -> String {
        var signed = Data("\(identifier).\(seconds).".utf8)
        signed.append(contentsOf: body)
        return "v1," + Signed.base64(signed, key: key)
    }
}

/// HMAC-SHA256.
enum Signed {
    /// The code of a message by a key, in base64.
    static func base64(_ message: some DataProtocol, key: [UInt8]) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))).base64EncodedString()
    }
}
