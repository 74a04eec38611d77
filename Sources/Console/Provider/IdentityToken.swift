import Contracts
import Crypto
import Foundation

/// What the provider says of a person, signed (OpenID Connect Core, 2): read first, believed only when ``claims(by:expecting:)`` says so.
struct IdentityToken: Sendable {
    /// Why one is not believed.
    enum Fault: String, Error, Sendable, CaseIterable {
        /// It is no token of three parts.
        case form
        /// It is signed in a way that is not taken, or not signed at all.
        case algorithm
        /// There is no key by which it could have been signed.
        case unknownKey = "unknown-key"
        /// It was not signed by the key, or was changed since.
        case signature
        /// Somebody else says it.
        case issuer
        /// It is said to somebody else.
        case audience
        /// It is over, or not yet begun.
        case time
        /// It belongs to another sign-in.
        case nonce
        /// It names nobody.
        case subject
        /// It came with another access token than the one it was made with.
        case accessToken = "access-token"
    }

    /// What it must say.
    struct Expectation: Sendable {
        /// Who says it.
        let issuer: String
        /// To whom.
        let client: String
        /// In answer to which sign-in.
        let nonce: String
        /// With which access token it came.
        let accessToken: String?
        /// Seconds since 1970.
        let now: Int
    }

    /// How many seconds the clocks of both sides may differ.
    static let skew = 60
    /// How many seconds ago it may have been made: it was fetched this moment.
    static let oldest = 600

    /// By what it is signed.
    let algorithm: SigningAlgorithm
    /// By which key, when it says so.
    let keyName: String?
    private let signed: [UInt8]
    private let signature: [UInt8]
    private let payload: [UInt8]

    /// Takes it apart.
    init(_ text: String) throws(Fault) {
        guard text.utf8.count <= 64 << 10 else { throw .form }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Secret.bytes(parts[0]), let payload = Secret.bytes(parts[1]),
            let header = (try? JSONDocument(parsing: head))?.root, header.kind == .object,
            // What must be understood and is not.
            header["crit"] == nil
        else { throw .form }
        guard let algorithm = header["alg"]?.string.flatMap(SigningAlgorithm.init) else { throw .algorithm }
        guard let signature = Secret.bytes(parts[2]), !signature.isEmpty else { throw .signature }
        self.algorithm = algorithm
        keyName = header["kid"]?.string
        signed = Array("\(parts[0]).\(parts[1])".utf8)
        (self.payload, self.signature) = (payload, signature)
    }

    /// The key of some by which it could have been signed; `nil` when there is none, or more than one and it does not say which.
    func key(among keys: [SigningKey]) -> SigningKey? {
        let possible = keys.filter { $0.algorithms.contains(algorithm) && (keyName == nil || $0.id == keyName) }
        return possible.count == 1 ? possible.first : nil
    }

    /// What it says, when it is to be believed.
    func claims(by key: SigningKey, expecting expected: Expectation) throws(Fault) -> JSONNode {
        guard key.isValid(signature, of: signed, by: algorithm) else { throw .signature }
        guard let claims = (try? JSONDocument(parsing: payload))?.root, claims.kind == .object else { throw .form }
        guard claims["iss"]?.string == expected.issuer else { throw .issuer }
        try Self.check(claims["aud"], claims["azp"], expected.client)
        guard let end = Self.seconds(claims["exp"]), let made = Self.seconds(claims["iat"]) else { throw .time }
        let now = Double(expected.now)
        let skew = Double(Self.skew)
        guard end > now - skew, made < now + skew, made > now - skew - Double(Self.oldest) else { throw .time }
        if let begin = claims["nbf"] {
            guard let seconds = Self.seconds(begin), seconds < now + skew else { throw .time }
        }
        guard claims["nonce"]?.string == expected.nonce else { throw .nonce }
        guard let subject = claims["sub"]?.string, (1...255).contains(subject.utf8.count) else { throw .subject }
        if let half = claims["at_hash"] {
            guard let token = expected.accessToken, half.string == Self.half(token) else { throw .accessToken }
        }
        return claims
    }

    /// That it is said to the console, and, when to others as well, was made for it.
    private static func check(_ audience: JSONNode?, _ party: JSONNode?, _ client: String) throws(Fault) {
        let audiences = audience?.string.map { [$0] } ?? audience?.elements.compactMap(\.string) ?? []
        guard audiences.contains(client), party != nil || audiences.count == 1,
            party == nil || party?.string == client
        else { throw .audience }
    }

    /// Seconds since 1970, with or without a fraction.
    private static func seconds(_ node: JSONNode?) -> Double? {
        guard let node, node.kind == .number else { return nil }
        return Double(String(decoding: node.text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The first half of a token's digest, as all algorithms that are taken make it.
    private static func half(_ token: String) -> String {
        Secret.text(Array(SHA256.hash(data: Array(token.utf8)).prefix(16)))
    }
}
