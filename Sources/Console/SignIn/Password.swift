import Crypto
import CryptoExtras
import Dispatch
import Foundation
import Synchronization

/// What is kept of a password: scrypt (RFC 7914) with a salt of its own, and the parameters beside it, so that they may become
/// harder later.
struct PasswordHash: Sendable, Equatable, CustomStringConvertible {
    /// How much work a guess is.
    struct Cost: Sendable, Equatable {
        /// The exponent of two of the rounds; with 16 and 8 blocks a guess takes 64 MiB.
        let exponent: Int
        let blocks: Int
        let lanes: Int

        /// What new passwords get.
        static let standard = Cost(exponent: 16, blocks: 8, lanes: 1)
    }

    let cost: Cost
    let salt: [UInt8]
    let hash: [UInt8]

    /// Of a new password.
    init(of password: String, cost: Cost = .standard) throws {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        self.init(cost: cost, salt: salt, hash: try Self.derive(password, salt, cost))
    }

    /// As it was written; `nil` when it is none, or would take more than what the console gives a guess.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let salt = Secret.bytes(parts[3]),
            let hash = Secret.bytes(parts[4]), salt.count >= 8, hash.count == 32
        else { return nil }
        let figures = parts[2].split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        guard figures.count == 3, figures.map(\.first) == ["ln", "r", "p"] else { return nil }
        let values = figures.compactMap { $0.last.flatMap { Int($0) } }
        guard values.count == 3, (10...18).contains(values[0]), (1...16).contains(values[1]),
            (1...4).contains(values[2])
        else { return nil }
        self.init(
            cost: Cost(exponent: values[0], blocks: values[1], lanes: values[2]), salt: salt, hash: hash)
    }

    private init(cost: Cost, salt: [UInt8], hash: [UInt8]) { (self.cost, self.salt, self.hash) = (cost, salt, hash) }

    /// As it is kept.
    var description: String {
        "$scrypt$ln=\(cost.exponent),r=\(cost.blocks),p=\(cost.lanes)$\(Secret.text(salt))$\(Secret.text(hash))"
    }

    /// Whether a password is the one. Takes as long whether it is or not.
    func isOf(_ password: String) throws -> Bool {
        let other = try Self.derive(password, salt, cost)
        guard other.count == hash.count else { return false }
        return zip(other, hash).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// What the check of a login that there is not works on, so that it takes as long as any other.
    static let ofNobody = PasswordHash(
        cost: .standard, salt: [UInt8](repeating: 7, count: 16), hash: [UInt8](repeating: 0, count: 32))

    private static func derive(_ password: String, _ salt: [UInt8], _ cost: Cost) throws -> [UInt8] {
        // One form of letters that can be written in several, whichever keyboard they were typed on.
        let plain = Array(password.precomposedStringWithCompatibilityMapping.utf8)
        return try KDF.Scrypt.deriveKey(
            from: plain, salt: salt, outputByteCount: 32, rounds: 1 << cost.exponent, blockSize: cost.blocks,
            parallelism: cost.lanes
        ).withUnsafeBytes { Array($0) }
    }
}

/// Checks passwords beside the threads that answer requests, two at once: each takes 64 MiB and a quarter of a second, so that
/// many at once would be a way to bring the console down.
final class PasswordDesk: Sendable {
    private let queue = DispatchQueue(label: "console.passwords", attributes: .concurrent)
    private let places = DispatchSemaphore(value: 2)
    private let waiting = Mutex(0)
    /// How many may wait for a place; more are refused at once.
    private static let room = 32

    /// Does some work with passwords.
    ///
    /// - Throws: ``TooMany`` when too many wait already; what the work throws.
    func work<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let hasRoom = waiting.withLock { count in
            guard count < Self.room else { return false }
            count += 1
            return true
        }
        guard hasRoom else { throw TooMany() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async {
                self.places.wait()
                let result = Swift.Result { try body() }
                self.places.signal()
                self.waiting.withLock { $0 -= 1 }
                continuation.resume(with: result)
            }
        }
    }

    /// Too many passwords wait to be checked.
    struct TooMany: Error {}
}
