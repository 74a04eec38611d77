import Crypto
import Foundation

/// By what bulletins are signed: Ed25519 (RFC 8032), as `openssl genpkey -algorithm ed25519` writes it.
struct BulletinKey: Sendable {
    /// Why a file is no key.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    private let key: Curve25519.Signing.PrivateKey
    /// Which key it is: the first sixteen signs of the SHA-256 of the public one.
    let identifier: String
    /// The public key, as programs read it.
    let publicPEM: String

    /// What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410).
    private static let privatePrefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    /// What stands before the 32 bytes of a public key.
    private static let publicPrefix: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// - Parameter pem: the bytes of a PEM file with the private key.
    init(pem: [UInt8]) throws {
        let lines = String(decoding: pem, as: UTF8.self).split(whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard let first = lines.firstIndex(of: "-----BEGIN PRIVATE KEY-----"),
            let last = lines.firstIndex(of: "-----END PRIVATE KEY-----"), first < last,
            let data = Data(base64Encoded: lines[(first + 1)..<last].joined())
        else { throw Fault(description: "it is no private key in PEM (PKCS #8)") }
        let bytes = Array(data)
        guard bytes.count == Self.privatePrefix.count + 32, bytes.starts(with: Self.privatePrefix) else {
            throw Fault(description: "it is a key, but none of Ed25519: 'openssl genpkey -algorithm ed25519' makes one")
        }
        key = try Curve25519.Signing.PrivateKey(rawRepresentation: bytes.dropFirst(Self.privatePrefix.count))
        let open = Array(key.publicKey.rawRepresentation)
        identifier = String(
            SHA256.hash(data: open).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined().prefix(16))
        publicPEM =
            "-----BEGIN PUBLIC KEY-----\n" + Data(Self.publicPrefix + open).base64EncodedString()
            + "\n-----END PUBLIC KEY-----"
    }

    /// The signature of a text's bytes, in base64.
    func signature(of text: String) throws -> String {
        try key.signature(for: Data(text.utf8)).base64EncodedString()
    }

    /// The key of the demo profile: everybody knows it (RFC 8032, section 7.1, test 1), so that nobody trusts it.
    static let madeUpPEM = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----
        """
}
