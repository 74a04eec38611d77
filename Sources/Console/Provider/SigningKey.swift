import Contracts
import Crypto
import CryptoExtras
import Foundation

/// By what a provider may sign. Nothing else is taken: no `none`, and nothing of a secret that both sides know, with which a
/// public key could be passed off as one.
enum SigningAlgorithm: String, Sendable, CaseIterable {
    /// RSA (PKCS #1 v1.5) with SHA-256.
    case rs256 = "RS256"
    /// RSA (PSS) with SHA-256.
    case ps256 = "PS256"
    /// The curve P-256 with SHA-256.
    case es256 = "ES256"
}

/// A key by which the provider signs (RFC 7517).
struct SigningKey: Sendable {
    private enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case curve(P256.Signing.PublicKey)
    }

    /// Its name.
    let id: String?
    /// What may be signed by it.
    let algorithms: Set<SigningAlgorithm>
    private let material: Material

    /// The keys of a set that can be used; those of kinds, algorithms and purposes that are none of ours are passed over, one by one.
    ///
    /// - Parameter set: the document, `{"keys": […]}`.
    static func keys(of set: JSONNode) -> [SigningKey] {
        (set["keys"]?.elements ?? []).prefix(100).compactMap { SigningKey($0) }
    }

    /// - Returns: `nil` for a key that is none of ours.
    init?(_ key: JSONNode) {
        if let use = key["use"], use.string != "sig" { return nil }
        if let operations = key["key_ops"], !operations.elements.contains(where: { $0.string == "verify" }) {
            return nil
        }
        let possible: Set<SigningAlgorithm>
        switch key["kty"]?.string {
        case "RSA":
            guard let n = Self.number(key["n"]), let e = Self.number(key["e"]), (256...1_024).contains(n.count),
                (1...4).contains(e.count), let last = e.last, last & 1 == 1, e != [1],
                let made = try? _RSA.Signing.PublicKey(n: Data(n), e: Data(e))
            else { return nil }
            (possible, material) = ([.rs256, .ps256], .rsa(made))
        case "EC":
            guard key["crv"]?.string == "P-256", let x = Self.bytes(key["x"]), let y = Self.bytes(key["y"]),
                x.count == 32, y.count == 32,
                let made = try? P256.Signing.PublicKey(rawRepresentation: Data(x + y))
            else { return nil }
            (possible, material) = ([.es256], .curve(made))
        default: return nil
        }
        if let named = key["alg"] {
            guard let algorithm = named.string.flatMap(SigningAlgorithm.init), possible.contains(algorithm) else {
                return nil
            }
            algorithms = [algorithm]
        } else {
            algorithms = possible
        }
        id = key["kid"]?.string
    }

    /// Whether some bytes were signed by it.
    func isValid(_ signature: [UInt8], of bytes: [UInt8], by algorithm: SigningAlgorithm) -> Bool {
        guard algorithms.contains(algorithm) else { return false }
        switch (material, algorithm) {
        case (.rsa(let key), .rs256):
            return key.isValidSignature(.init(rawRepresentation: signature), for: bytes, padding: .insecurePKCS1v1_5)
        case (.rsa(let key), .ps256):
            return key.isValidSignature(.init(rawRepresentation: signature), for: bytes, padding: .PSS)
        case (.curve(let key), .es256):
            guard let read = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(read, for: bytes)
        default: return false
        }
    }

    private static func bytes(_ node: JSONNode?) -> [UInt8]? {
        guard let text = node?.string, text.utf8.count <= 2_000 else { return nil }
        return Secret.bytes(text)
    }

    /// A number without zeros in front.
    private static func number(_ node: JSONNode?) -> [UInt8]? {
        bytes(node).map { Array($0.drop { $0 == 0 }) }
    }
}
