import Contracts
import Crypto
import Domain
import Foundation
import Postgres
import ServiceKit

/// What is said of a person, as it is sealed.
struct PersonalPayload: Part {
    let with: String?
    let summary: String

    init(with: String?, summary: String) {
        self.with = with
        self.summary = summary
    }

    init(fields: inout FieldReader) throws(Refusal) {
        with = try fields.optionalText("with")
        summary = try fields.text("summary", maximum: 4_000)
    }

    func write(to object: inout ObjectWriter) {
        object.text("with", with)
        object.text("summary", summary)
    }
}

/// Seals what is personal under a key of the person's own, and knows persons without their names.
enum PersonVault {
    /// The name of an interaction: what a sealed text is bound to, so that it opens nowhere else.
    struct InteractionKey: Hashable, Comparable, Sendable {
        let source: String
        let channel: String
        let interactionId: String

        static func < (first: Self, second: Self) -> Bool {
            (first.source, first.channel, first.interactionId) < (second.source, second.channel, second.interactionId)
        }

        fileprivate var bytes: [UInt8] {
            Array("\(source.utf8.count):\(source)\(channel.utf8.count):\(channel)\(interactionId)".utf8)
        }
    }

    /// 256 random bits.
    static func newKey() -> [UInt8] {
        SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    }

    /// The identifier of a person: the same for the same words, however they are written (width, case, spaces, what nobody
    /// sees), and of no use to whoever has not the secret. Without a name it stands for the customer as a whole.
    static func person(_ with: String?, source: String, code: String, _ secret: SymmetricKey) -> String {
        identifier(TypedText.withoutUnseen(with ?? ""), source: source, code: code, secret)
    }

    /// Every identifier under which something of a person may stand: before names were compared without what nobody sees,
    /// one with it was another person's.
    static func persons(_ with: String, source: String, code: String, _ secret: SymmetricKey) -> [String] {
        [
            person(with, source: source, code: code, secret),
            identifier(with, source: source, code: code, secret),
        ]
    }

    private static func identifier(_ with: String, source: String, code: String, _ secret: SymmetricKey) -> String {
        let name = with.precomposedStringWithCompatibilityMapping.lowercased()
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let text = "\(source.utf8.count):\(source)\(code.utf8.count):\(code)\(name)"
        let digest = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: secret)
        return digest.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }

    static func seal(_ payload: PersonalPayload, of interaction: InteractionKey, key: [UInt8]) throws -> [UInt8] {
        let box = try AES.GCM.seal(
            Data(payload.encode()), using: SymmetricKey(data: key), authenticating: Data(interaction.bytes))
        return box.combined.map(Array.init) ?? []
    }

    /// What was sealed; `nil` when the key is another one.
    static func open(_ sealed: [UInt8], of interaction: InteractionKey, key: [UInt8]) -> PersonalPayload? {
        guard let box = try? AES.GCM.SealedBox(combined: Data(sealed)),
            let text = try? AES.GCM.open(
                box, using: SymmetricKey(data: key), authenticating: Data(interaction.bytes))
        else { return nil }
        return try? PersonalPayload(json: Array(text))
    }

    /// Lets nobody else log or erase what concerns the same customers' persons until the transaction ends.
    static func lock(_ accounts: Set<AccountKey>, _ transaction: borrowing Transaction) throws {
        try KeyLock.lock("persons", accounts, transaction)
    }
}
