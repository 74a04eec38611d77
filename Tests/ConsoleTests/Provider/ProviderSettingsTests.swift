import ServiceKit
import Testing

@testable import Console

@Suite("What a console is told of a provider")
struct ProviderSettingsTests {
    private static let own = [
        "oidc.issuer": "https://idp.example/realms/works", "oidc.client": "waybill",
        "oidc.address": "https://waybill.example.com",
    ]

    private static func read(_ more: [String: String]) throws -> ProviderSettings? {
        try ProviderSettings(Settings(ConsoleSettings.known, values: own.merging(more) { _, new in new }))
    }

    @Test("is enough with three, and nothing without a provider")
    func enough() throws {
        let settings = try #require(try Self.read([:]))
        #expect(settings.redirect == "https://waybill.example.com/sign-in/provider/done")
        #expect(settings.name == "idp.example" && settings.scopes == ["openid", "profile", "email"])
        #expect(settings.people == .recorded && settings.passwords == .always && settings.groups.isEmpty)
        #expect(try ProviderSettings(Settings(ConsoleSettings.known, values: [:])) == nil)
    }

    @Test("is read as it is meant")
    func meant() throws {
        let settings = try #require(
            try Self.read([
                "oidc.address": "https://waybill.example.com/", "oidc.scopes": "profile, groups",
                "oidc.groups.required": "waybill, all of sales ,", "oidc.people": "any", "oidc.passwords": "emergency",
            ]))
        #expect(settings.signedOut == "https://waybill.example.com/sign-in")
        #expect(settings.scopes == ["openid", "profile", "groups"])
        #expect(settings.groups == ["waybill", "all of sales"])
        #expect(settings.people == .any && settings.passwords == .emergency)
    }

    @Test(
        "is refused when it cannot be used",
        arguments: [
            ["oidc.issuer": "http://idp.example"], ["oidc.issuer": "idp.example"], ["oidc.issuer": "https://"],
            ["oidc.issuer": "https://a@idp.example"], ["oidc.issuer": "https://idp.example?x"],
            ["oidc.issuer": "https://idp.example\\@evil"], ["oidc.issuer": "http://127.0.0.1.evil.example"],
            ["oidc.address": "http://waybill.example.com"], ["oidc.address": "https://waybill.example.com/console"],
            ["oidc.address": ""], ["oidc.client": ""], ["oidc.people": "everybody"], ["oidc.passwords": "never"],
            ["oidc.ca": "/nowhere/ca.pem"], ["oidc.issuer": ""],
        ])
    func refused(more: [String: String]) {
        #expect(throws: (any Error).self) { try Self.read(more) }
    }

    @Test("only what is as safe as the issuer is an address of the provider")
    func addresses() throws {
        let settings = try #require(try Self.read([:]))
        for url in ["https://idp.example/token", "https://other.example:8443/token?x=1"] {
            #expect(settings.isAllowed(url), "\(url)")
        }
        for url in [
            "http://idp.example/token", "http://127.0.0.1/token", "file:///etc/passwd", "https://a b", "//idp.example",
            "",
        ] { #expect(!settings.isAllowed(url), "\(url)") }
        let local = try #require(try Self.read(["oidc.issuer": "http://[::1]:5000"]))
        #expect(local.isAllowed("http://127.0.0.1:5000/token") && local.isAllowed("https://idp.example"))
        #expect(!local.isAllowed("http://10.0.0.1/token"))
    }
}
