import Foundation
import ServiceKit

/// By which provider people sign in who are known elsewhere, by OpenID Connect: what the console is told of it.
struct ProviderSettings: Sendable {
    /// The provider, by the address that it calls itself.
    let issuer: String
    /// As what the console is known there.
    let client: String
    /// By what the console proves that; a client without one is proved by its address alone.
    let secret: String?
    /// The console's own address, as browsers have it, without a path.
    let address: String
    /// What people call the provider.
    let name: String
    /// What is asked for.
    let scopes: [String]
    /// The claim that holds the login.
    let loginClaim: String
    /// What stands behind the login in the claim, such as `@example.com`, and is left out.
    let loginSuffix: String?
    /// The claim that holds the groups.
    let groupsClaim: String
    /// Groups of which whoever comes in must have one; empty when none is asked for.
    let groups: Set<String>
    /// Whom of those that the provider knows the console lets in.
    let people: People
    /// When passwords of the console's own let in.
    let passwords: Passwords
    /// A file (PEM) of the authorities that may have signed the provider's certificate.
    let certificateAuthorities: String?

    /// Whom the console lets in.
    enum People: String, Sendable, CaseIterable {
        /// Whoever the organisation has on this day, or an operator has let in.
        case recorded
        /// Whoever the provider names: without a record, services show them nothing.
        case any
    }

    /// When passwords of the console's own let in.
    enum Passwords: String, Sendable, CaseIterable {
        /// As long as the console runs.
        case always
        /// While the provider cannot be reached.
        case emergency
    }

    /// The settings of it.
    static let known: [Setting] = [
        Setting(
            "oidc.issuer",
            help: "the provider by which people sign in (OpenID Connect), by the address that it calls itself"),
        Setting("oidc.client", help: "as what the provider knows the console (client_id)"),
        Setting("oidc.secret", help: "by what the console proves to the provider who it is", isSecret: true),
        Setting("oidc.address", help: "the console's own address, as browsers have it: https://waybill.example.com"),
        Setting("oidc.name", help: "what people call the provider; its host when not given"),
        Setting(
            "oidc.scopes", default: "openid,profile,email", help: "what the provider is asked for, commas between"),
        Setting(
            "oidc.login.claim", default: "preferred_username",
            help: "the claim that holds the login which the services know"),
        Setting(
            "oidc.login.suffix", help: "what stands behind the login there, and is left out: @example.com"),
        Setting("oidc.groups.claim", default: "groups", help: "the claim that holds the groups of a person"),
        Setting(
            "oidc.groups.required",
            help: "groups, commas between, of which whoever comes in by the provider must have one"),
        Setting(
            "oidc.people", default: "recorded",
            help:
                "recorded: whom the organisation has on the day, or 'user add' let in; any: whoever the provider names"),
        Setting(
            "oidc.passwords", default: "always",
            help: "always: passwords of the console's own let in as well; emergency: only while the provider is away"),
        Setting(
            "oidc.ca", help: "path of the authorities (PEM) that the provider's certificate must come from"),
    ]

    /// Reads them.
    ///
    /// - Returns: `nil` when no provider is named.
    /// - Throws: a problem that names the variable.
    init?(_ settings: Settings) throws {
        guard let issuer = settings["oidc.issuer"] else {
            if let stray = Self.known.first(where: { $0.defaultValue == nil && settings[$0.key] != nil }) {
                throw ConsoleProblem("\(stray.variable) is set without WAYBILL_OIDC_ISSUER: say which provider it is")
            }
            return nil
        }
        guard let place = Self.place(issuer), !issuer.contains("?"), !issuer.contains("#") else {
            throw ConsoleProblem(
                "WAYBILL_OIDC_ISSUER is '\(issuer)': it is an address of HTTPS, as the provider writes it; plain HTTP "
                    + "is for this machine alone")
        }
        let address = try settings.required("oidc.address")
        guard let own = Self.place(address), own.rest.isEmpty || own.rest == "/" else {
            throw ConsoleProblem(
                "WAYBILL_OIDC_ADDRESS is '\(address)': it is the console's own address by HTTPS without a path, such as "
                    + "https://waybill.example.com; plain HTTP is for this machine alone")
        }
        func words(_ key: String) -> [String] {
            (settings[key] ?? "").split { $0 == "," || $0 == " " }.map(String.init)
        }
        self.issuer = issuer
        self.address = own.rest == "/" ? String(address.dropLast()) : address
        client = try settings.required("oidc.client")
        secret = settings["oidc.secret"]
        name = settings["oidc.name"] ?? place.host
        let asked = words("oidc.scopes")
        scopes = asked.contains("openid") ? asked : ["openid"] + asked
        loginClaim = try settings.required("oidc.login.claim")
        loginSuffix = settings["oidc.login.suffix"]
        groupsClaim = try settings.required("oidc.groups.claim")
        // A group's name may have spaces in it.
        groups = Set(
            (settings["oidc.groups.required"] ?? "").split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces)
            }.filter { !$0.isEmpty })
        people = try settings.choice("oidc.people", People.self) ?? .recorded
        passwords = try settings.choice("oidc.passwords", Passwords.self) ?? .always
        certificateAuthorities = settings["oidc.ca"]
        // A start finds out, not the first who wants to come in.
        _ = try settings.file("oidc.ca") { $0 }
    }

    /// Where the provider sends a browser back to.
    var redirect: String { address + Self.donePath }
    /// Where the provider sends a browser to that has signed out there.
    var signedOut: String { address + "/sign-in" }
    /// The path behind ``redirect``.
    static let donePath = "/sign-in/provider/done"

    /// Whether an address may be one of the provider's: by HTTPS, or on this machine as the issuer is.
    func isAllowed(_ url: String) -> Bool {
        guard let place = Self.place(url) else { return false }
        return place.isSecure || !(Self.place(issuer)?.isSecure ?? true)
    }

    /// The parts of an address by HTTPS, or by HTTP of this machine; `nil` for any other.
    static func place(_ url: String) -> (isSecure: Bool, host: String, rest: Substring)? {
        let isSecure = url.hasPrefix("https://")
        guard isSecure || url.hasPrefix("http://"), url.utf8.count <= 2_000,
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let behind = url.dropFirst(isSecure ? 8 : 7)
        let authority = behind.prefix { !"/?#".contains($0) }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let host: Substring
        if authority.hasPrefix("[") {
            host = authority.dropFirst().prefix { $0 != "]" }
        } else {
            host = authority.prefix { $0 != ":" }
        }
        guard !host.isEmpty, isSecure || ConsoleSettings.isLoopback(String(host)) else { return nil }
        return (isSecure, String(host), behind.dropFirst(authority.count))
    }
}
