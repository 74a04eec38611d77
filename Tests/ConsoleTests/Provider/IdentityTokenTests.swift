import Contracts
import Foundation
import Testing

@testable import Console

@Suite("What a provider signs")
struct IdentityTokenTests {
    private static let keys = Result { try SampleKeys() }
    private static let now = 1_800_000_000

    /// What an honest provider says, with some of it said otherwise.
    private static func claims(_ changes: [String: String?] = [:]) -> String {
        var members = [
            "iss": #""https://idp.example""#, "aud": #""waybill""#, "sub": #""account-1""#, "nonce": #""n-1""#,
            "exp": "\(now + 300)", "iat": "\(now).25",
        ]
        for (name, value) in changes { members[name] = value }
        return "{" + members.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
            + "}"
    }

    /// What the console makes of a token, with the keys of RSA and P-256 that the provider shows.
    private static func read(_ text: String, access: String? = nil) throws -> JSONNode {
        let keys = try keys.get()
        let shown = try SampleKeys.taken(keys.rsaKey(), keys.curveKey())
        let token = try IdentityToken(text)
        guard let key = token.key(among: shown) else { throw IdentityToken.Fault.unknownKey }
        return try token.claims(
            by: key,
            expecting: .init(
                issuer: "https://idp.example", client: "waybill", nonce: "n-1", accessToken: access, now: now))
    }

    private static func fault(_ text: String, access: String? = nil) -> IdentityToken.Fault? {
        do {
            _ = try read(text, access: access)
            return nil
        } catch {
            return error as? IdentityToken.Fault
        }
    }

    @Test("is believed when it is signed as it should be", arguments: ["RS256", "PS256", "ES256"])
    func honest(algorithm: String) throws {
        let claims = try Self.read(try Self.keys.get().token(Self.claims(), algorithm))
        #expect(claims["sub"]?.string == "account-1")
    }

    @Test(
        "is not believed when it says something else",
        arguments: [
            (["iss": #""https://idp.example/""#], .issuer), (["iss": nil], .issuer),
            (["iss": #"["https://idp.example"]"#], .issuer),
            (["aud": #""another""#], .audience), (["aud": nil], .audience), (["aud": "[]"], .audience),
            // Said to others as well, it must say for whom it was made.
            (["aud": #"["waybill","another"]"#], .audience),
            (["aud": #"["waybill","another"]"#, "azp": #""another""#], .audience),
            (["azp": #""another""#], .audience), (["azp": "1"], .audience),
            (["exp": "\(IdentityTokenTests.now - 61)"], .time), (["exp": nil], .time),
            (["exp": #""\#(now + 300)""#], .time),
            (["exp": "null"], .time), (["iat": "\(IdentityTokenTests.now + 61)"], .time), (["iat": nil], .time),
            (["iat": "\(IdentityTokenTests.now - 661)"], .time), (["nbf": "\(IdentityTokenTests.now + 61)"], .time),
            (["nbf": "true"], .time),
            (["nonce": #""n-2""#], .nonce), (["nonce": nil], .nonce), (["sub": nil], .subject),
            (["sub": #""""#], .subject), (["at_hash": #""AAAA""#], .accessToken),
        ] as [([String: String?], IdentityToken.Fault)])
    func lies(changes: [String: String?], fault: IdentityToken.Fault) throws {
        let token = try Self.keys.get().token(Self.claims(changes))
        #expect(Self.fault(token, access: "access") == fault)
    }

    @Test(
        "allows clocks a minute, and several audiences that name the one it was made for",
        arguments: [
            ["exp": "\(IdentityTokenTests.now - 59)"], ["iat": "\(IdentityTokenTests.now + 59)"],
            ["nbf": "\(IdentityTokenTests.now + 59)"],
            ["aud": #"["another","waybill"]"#, "azp": #""waybill""#], ["aud": #"["waybill"]"#],
        ])
    func within(changes: [String: String]) throws {
        let token = try Self.keys.get().token(Self.claims(changes.mapValues { Optional($0) }))
        #expect(Self.fault(token) == nil)
    }

    @Test("belongs to the access token that came with it")
    func accessToken() throws {
        // The example of OpenID Connect Core, A.3.
        let token = try Self.keys.get().token(Self.claims(["at_hash": #""77QmUPtjPfzWtF2AnpK9RQ""#]))
        #expect(Self.fault(token, access: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == nil)
        #expect(Self.fault(token, access: "another") == .accessToken)
        #expect(Self.fault(token) == .accessToken)
    }

    @Test(
        "is signed by something that is taken, and by nothing else", arguments: ["none", "HS256", "RS512", "EdDSA", ""])
    func algorithm(name: String) throws {
        #expect(try Self.fault(Self.keys.get().token(Self.claims(), name)) == .algorithm)
    }

    @Test("that says none or shared secret of a key that is there is none")
    func disguised() throws {
        let keys = try Self.keys.get()
        let parts = try keys.token(Self.claims()).split(separator: ".", omittingEmptySubsequences: false)
        let unsigned = Secret.text(Array(#"{"alg":"none","kid":"r"}"#.utf8))
        #expect(Self.fault("\(unsigned).\(parts[1]).") == .algorithm)
        // A right head, and nothing behind it.
        #expect(Self.fault("\(parts[0]).\(parts[1]).") == .signature)
        // The algorithm is that of the key, whatever the head says.
        #expect(try Self.fault(keys.token(Self.claims(), "ES256", header: #"{"alg":"RS256","kid":"r"}"#)) == .signature)
        #expect(
            try Self.fault(keys.token(Self.claims(), "RS256", header: #"{"alg":"ES256","kid":"r"}"#)) == .unknownKey)
        #expect(try Self.fault(keys.token(Self.claims(), "PS256", header: #"{"alg":"RS256","kid":"r"}"#)) == .signature)
    }

    @Test("is not believed when it was changed, or signed by another's key")
    func changed() throws {
        let keys = try Self.keys.get()
        let (own, others) = (try keys.token(Self.claims()), try SampleKeys().token(Self.claims()))
        let parts = own.split(separator: ".")
        let other = Secret.text(Array(Self.claims(["sub": #""account-2""#]).utf8))
        #expect(Self.fault("\(parts[0]).\(other).\(parts[2])") == .signature)
        #expect(Self.fault(others) == .signature)
        #expect(try Self.fault(keys.token(Self.claims(), header: #"{"alg":"RS256","kid":"x"}"#)) == .unknownKey)
    }

    @Test("names its key, unless there is only one that it can be")
    func unnamed() throws {
        let keys = try Self.keys.get()
        let token = try IdentityToken(keys.token(Self.claims(), header: #"{"alg":"RS256"}"#))
        #expect(try token.key(among: SampleKeys.taken(keys.rsaKey(), keys.curveKey())) != nil)
        #expect(try token.key(among: SampleKeys.taken(keys.rsaKey(), keys.rsaKey(#""kid":"s""#))) == nil)
        #expect(token.key(among: []) == nil)
    }

    @Test(
        "is a token at all",
        arguments: [
            "", "a", "a.b", "a.b.c", "e30.e30.AAAA.AAAA", "..", "W10.e30.AAAA", "e30.e30.AA=", "{}.{}.{}",
        ])
    func form(text: String) {
        let fault = Self.fault(text)
        #expect(fault == .form || fault == .algorithm)
    }

    @Test("that is huge, that says a thing twice, or that must be understood in another way is none")
    func strange() throws {
        let keys = try Self.keys.get()
        #expect(Self.fault(String(repeating: "A", count: 70_000)) == .form)
        #expect(
            try Self.fault(keys.token(Self.claims(), header: #"{"alg":"RS256","kid":"r","crit":["b64"]}"#)) == .form)
        #expect(try Self.fault(keys.token(Self.claims(), header: #"{"alg":"none","alg":"RS256","kid":"r"}"#)) == .form)
        #expect(try Self.fault(keys.token(#"{"sub":"a","sub":"b"}"#)) == .form)
        #expect(try Self.fault(keys.token("[]")) == .form)
    }

    @Test(
        "of keys of other kinds, purposes and sizes nothing is taken, and those beside them are",
        arguments: [
            #"{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}"#, #"{"kty":"oct","k":"c2VjcmV0"}"#,
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#, #"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
            #"{"kty":"EC","crv":"P-256"}"#, #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, #"{"kty":"RSA"}"#, "{}", "null",
            "7", #""key""#, #"{"kty":7}"#,
        ])
    func foreignKeys(key: String) throws {
        let keys = try Self.keys.get()
        #expect(try SampleKeys.taken(key).isEmpty)
        #expect(try SampleKeys.taken(key, keys.rsaKey(), key, keys.curveKey()).map(\.id) == ["r", "c"])
    }

    @Test("a key is for what it says that it is for")
    func purposes() throws {
        let keys = try Self.keys.get()
        for more in [
            #""use":"enc""#, #""alg":"RSA-OAEP-256""#, #""alg":"RS512""#, #""key_ops":["encrypt"]"#, #""alg":"ES256""#,
        ] { #expect(try SampleKeys.taken(keys.rsaKey(more)).isEmpty, "\(more)") }
        #expect(try SampleKeys.taken(keys.rsaKey(#""alg":"PS256""#)).first?.algorithms == [.ps256])
        #expect(try SampleKeys.taken(keys.rsaKey()).first?.algorithms == [.rs256, .ps256])
        #expect(try SampleKeys.taken(keys.curveKey()).first?.algorithms == [.es256])
        // A point that is on no curve.
        let off = Secret.text([UInt8](repeating: 1, count: 32))
        #expect(try SampleKeys.taken(#"{"kty":"EC","crv":"P-256","x":"\#(off)","y":"\#(off)"}"#).isEmpty)
    }
}

@Suite("A sign-in that is on its way")
struct ProviderAttemptTests {
    private static let now = 1_800_000_000

    @Test("is the same when it comes back, and goes on where it was begun")
    func back() throws {
        let begun = ProviderAttempt(next: "/q/finance/alerts.list?state=open", now: Self.now)
        let back = try #require(ProviderAttempt(cookie: begun.value, now: Self.now + 599))
        #expect(back.state == begun.state && back.nonce == begun.nonce && back.verifier == begun.verifier)
        #expect(back.next == "/q/finance/alerts.list?state=open")
        #expect(Set([begun.state, begun.nonce, begun.verifier, begun.challenge]).count == 4)
        #expect(begun.verifier.utf8.count == 43)
        #expect(ProviderAttempt(next: nil, now: Self.now).state != begun.state)
    }

    @Test("is over after ten minutes, and of one that was changed nothing fits any more")
    func over() throws {
        let begun = ProviderAttempt(next: "/alerts", now: Self.now)
        #expect(ProviderAttempt(cookie: begun.value, now: Self.now + 601) == nil)
        #expect(ProviderAttempt(cookie: begun.value, now: Self.now - 61) == nil)
        let parts = begun.value.split(separator: ".")
        let later = try #require(
            ProviderAttempt(cookie: "\(parts[0]).\(Self.now + 300).\(parts[2])", now: Self.now + 700))
        #expect(later.state != begun.state && later.nonce != begun.nonce)
        let elsewhere = try #require(
            ProviderAttempt(cookie: "\(parts[0]).\(parts[1]).\(Secret.text(Array("/act".utf8)))", now: Self.now))
        #expect(elsewhere.state != begun.state)
    }

    @Test(
        "goes on nowhere but within the console",
        arguments: ["https://evil.example", "//evil.example", "/\\evil.example", "", "alerts"])
    func within(next: String) throws {
        #expect(ProviderAttempt(next: next, now: Self.now).next == "/")
        let secret = Secret.text([UInt8](repeating: 7, count: 32))
        let made = "\(secret).\(Self.now).\(Secret.text(Array(next.utf8)))"
        #expect(try #require(ProviderAttempt(cookie: made, now: Self.now)).next == "/")
    }

    @Test("is none when it is rubbish", arguments: ["", ".", "..", "a.b.c", "AAAA.1800000000.AA", "x", "1.2.3.4"])
    func rubbish(cookie: String) { #expect(ProviderAttempt(cookie: cookie, now: Self.now) == nil) }

    @Test("its cookie is the host's and nobody else's, and for minutes")
    func cookie() {
        let attempt = ProviderAttempt(next: nil, now: Self.now)
        #expect(
            ProviderCookie(isSecure: true).set(attempt)
                == "__Host-waybill-provider=\(attempt.value); Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure")
        #expect(ProviderCookie(isSecure: false).clear == "waybill-provider=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
    }
}
