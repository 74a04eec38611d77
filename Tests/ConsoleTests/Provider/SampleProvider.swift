import Contracts
import Crypto
import CryptoExtras
import Dispatch
import Foundation
import HTTPTypes
import HummingbirdTesting
import Outbound
import ServiceKit

@testable import Console

/// Keys of a provider and tokens that it signs, made by the test.
struct SampleKeys {
    let rsa: _RSA.Signing.PrivateKey
    let curve = P256.Signing.PrivateKey()

    init() throws { rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    /// The key of RSA, as a provider shows it; further members stand behind.
    func rsaKey(_ more: String = #""kid":"r","use":"sig""#) throws -> String {
        let numbers = try rsa.publicKey.getKeyPrimitives()
        return #"{"kty":"RSA","n":"\#(Secret.text(Array(numbers.modulus)))","#
            + #""e":"\#(Secret.text(Array(numbers.publicExponent)))",\#(more)}"#
    }

    /// The key of P-256, as a provider shows it.
    func curveKey(_ more: String = #""kid":"c""#) -> String {
        let point = Array(curve.publicKey.rawRepresentation)
        return #"{"kty":"EC","crv":"P-256","x":"\#(Secret.text(Array(point.prefix(32))))","#
            + #""y":"\#(Secret.text(Array(point.suffix(32))))",\#(more)}"#
    }

    /// The keys that the console takes of some.
    static func taken(_ keys: String...) throws -> [SigningKey] {
        SigningKey.keys(of: try JSONDocument(parsing: #"{"keys":[\#(keys.joined(separator: ","))]}"#).root)
    }

    /// A token.
    ///
    /// - Parameters:
    ///   - claims: what it says, as JSON.
    ///   - algorithm: as what it is signed.
    ///   - header: what stands in its head instead.
    func token(_ claims: String, _ algorithm: String = "RS256", header: String? = nil) throws -> String {
        let name = algorithm == "ES256" ? "c" : "r"
        let head = header ?? #"{"alg":"\#(algorithm)","kid":"\#(name)","typ":"JWT"}"#
        let signed = "\(Secret.text(Array(head.utf8))).\(Secret.text(Array(claims.utf8)))"
        let bytes = Array(signed.utf8)
        let signature: [UInt8]
        switch algorithm {
        case "RS256": signature = Array(try rsa.signature(for: bytes, padding: .insecurePKCS1v1_5).rawRepresentation)
        case "PS256": signature = Array(try rsa.signature(for: bytes, padding: .PSS).rawRepresentation)
        case "ES256": signature = Array(try curve.signature(for: bytes).rawRepresentation)
        case "RS512":
            signature = Array(
                try rsa.signature(for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
        case "HS256":
            // What everybody has, as the secret.
            let secret = SymmetricKey(data: Data(rsa.publicKey.pemRepresentation.utf8))
            signature = Array(HMAC<SHA256>.authenticationCode(for: bytes, using: secret))
        default: signature = []
        }
        return "\(signed).\(Secret.text(signature))"
    }
}

/// `provider.py`, on loopback, in a process of its own, which ends with the tests.
actor SampleProvider {
    static let shared = SampleProvider()

    /// The server ends with them.
    private var pipes: (input: Pipe, output: Pipe)?
    private var starting: Task<Int, any Error>?

    /// The address of a provider that behaves in some way.
    func issuer(_ behaviour: String) async throws -> String { "http://127.0.0.1:\(try await port())/\(behaviour)" }

    /// What a provider was asked, in order.
    func requests(_ behaviour: String) async throws -> [String] {
        let answer = try await HTTPClient.shared.send(.init("GET", "\(try await issuer(behaviour))/requests"))
        return try JSONDocument(parsing: answer.body).root.elements.compactMap(\.string)
    }

    /// Where a browser is sent that comes to an address of the provider.
    func sends(_ address: String) async throws -> String? {
        try await HTTPClient.shared.send(.init("GET", address)).header("Location")
    }

    private func port() async throws -> Int {
        if let starting { return try await starting.value }
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3",
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("provider.py").path,
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        pipes = (input, output)
        let descriptor = output.fileHandleForReading.fileDescriptor
        let task = Task { try await Self.line(of: descriptor) }
        starting = task
        return try await task.value
    }

    /// The port that stands in the first line; read on a thread that may wait.
    private static func line(of descriptor: Int32) async throws -> Int {
        let line: [UInt8] = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var (line, byte) = ([UInt8](), UInt8(0))
                while read(descriptor, &byte, 1) == 1, byte != 0x0A { line.append(byte) }
                continuation.resume(returning: line)
            }
        }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else { throw CocoaError(.executableLoad) }
        return port
    }
}

extension ProviderSettings {
    /// The settings of a console that knows a provider.
    static func of(_ issuer: String, _ more: [String: String] = [:]) throws -> ProviderSettings? {
        let values = [
            "oidc.issuer": issuer, "oidc.client": "waybill", "oidc.secret": "a secret: of %+ signs",
            "oidc.address": "http://127.0.0.1:8480", "oidc.name": "Works",
        ]
        return try ProviderSettings(
            Settings(ConsoleSettings.known, values: values.merging(more) { _, own in own }))
    }
}

extension TestResponse {
    /// What a cookie is set to by it, as a browser sends it back; `nil` when it does not set it.
    func cookie(_ name: String) -> String? {
        headers[values: .setCookie].first { $0.hasPrefix("\(name)=") }.map { String($0.prefix { $0 != ";" }) }
    }
}
