import Domain
import Hummingbird
import NIOCore

/// Who is signed in, and how that is known.
struct SignedIn: Sendable, Equatable {
    /// By what a person has shown who they are.
    enum Proof: Sendable, Equatable {
        /// By a session that began with a password of the console's own; holds the session's digest.
        case session(String)
        /// By a personal token; holds its name.
        case token(String)
    }

    /// The person's login: the one that services know from the organisation and the policy.
    let login: String
    /// By what it is known.
    let proof: Proof
    /// The person's name as it is shown.
    let name: String

    /// - Parameters: as the properties; without a name the login is shown.
    init(login: String, proof: Proof, name: String? = nil) {
        (self.login, self.proof, self.name) = (login, proof, name ?? login)
    }
}

/// What is known of a request beside what it says: who asks, in which language, and by which clocks.
///
/// Middleware fills it in. A handler for people who are signed in asks ``signedIn()``, which throws rather than to go on
/// without a person.
struct ConsoleContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address that the request came from, without a port; `nil` when it is not known.
    var peer: String?
    /// Who asks; `nil` before the sign-in.
    var person: SignedIn?
    /// In which language to answer.
    var language = Language.zh
    /// The roles that the policy gives to who asks, as far as they are known: they order the navigation, and decide nothing.
    var roles: Set<String> = []
    /// Whether the browser takes gzip.
    var takesGzip = false
    /// By whose clocks times are shown.
    var zone = OrganisationZone.current

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }

    /// How much a form may hold.
    var maxUploadSize: Int { 256 << 10 }

    /// Who asks.
    ///
    /// - Throws: 401 when nobody is signed in.
    func signedIn() throws(HTTPError) -> SignedIn {
        guard let person else { throw HTTPError(.unauthorized) }
        return person
    }
}

/// A language that the console speaks.
enum Language: String, Sendable, CaseIterable {
    /// Chinese, in simplified characters.
    case zh
    /// English.
    case en

    /// The tag for `lang` and `Accept-Language`.
    var tag: String { self == .zh ? "zh-CN" : "en" }

    /// The first of a browser's languages that the console speaks; Chinese when it wants none of them.
    ///
    /// - Parameter header: the value of `Accept-Language`, such as `de, en;q=0.8, zh;q=0.5`.
    init(accepted header: String?) {
        let wanted = (header ?? "").split(separator: ",").enumerated().compactMap {
            place, part -> (Double, Int, Language)? in
            let pieces = part.split(separator: ";").map { $0.trimmingPrefix(while: \.isWhitespace) }
            guard let tag = pieces.first?.prefix(2), let language = Language(rawValue: tag.lowercased()) else {
                return nil
            }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return weight > 0 ? (weight, -place, language) : nil
        }
        self = wanted.max { ($0.0, $0.1) < ($1.0, $1.1) }?.2 ?? .zh
    }
}
