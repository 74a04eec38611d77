import Contracts
import Domain
import Foundation
import Outbound

/// Why the provider could not be made use of.
struct ProviderProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of thing is wrong.
    enum Kind: Sendable, Equatable {
        /// It did not answer, or not in time, or with an error of its own.
        case away
        /// What it says cannot be believed, or cannot be read.
        case untrusted
    }

    let kind: Kind
    let description: String

    init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }
}

/// Asks the provider, within limits of time and size: whatever it answers, nobody waits for it long.
struct ProviderCaller: Sendable {
    /// A file (PEM) of the authorities that may have signed its certificate; the system's when `nil`.
    let certificateAuthorities: String?
    /// How long one answer may take.
    var timeout = Duration.seconds(5)
    /// How many bytes an answer may have.
    static let mostBytes = 256 << 10

    /// What stands at an address, as JSON.
    ///
    /// - Parameter token: by what it is asked for.
    func get(_ url: String, token: String? = nil) async throws -> JSONNode {
        var headers = [("Accept", "application/json")]
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        let response = try await send(HTTPRequest("GET", url, headers: headers))
        guard response.status == 200 else {
            throw ProviderProblem(
                response.status >= 500 ? .away : .untrusted, "\(Self.place(url)) answered \(response.status)")
        }
        return try Self.json(response, of: url)
    }

    /// What comes of a form that is sent to an address, as JSON.
    ///
    /// - Parameter authorization: by what the sender proves who it is.
    func post(_ url: String, _ form: [(String, String)], authorization: String? = nil) async throws -> JSONNode {
        var headers = [
            ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"),
        ]
        if let authorization { headers.append(("Authorization", authorization)) }
        let body = form.map { "\($0.0.asAddressPart)=\($0.1.asAddressPart)" }.joined(separator: "&")
        let response = try await send(HTTPRequest("POST", url, headers: headers, body: Array(body.utf8)))
        guard response.status == 200 else {
            // Of what it says only the code is worth telling: `invalid_grant` and its like.
            let code = (try? JSONDocument(parsing: response.body))?.root["error"]?.string.map { Self.plain($0) }
            throw ProviderProblem(
                response.status >= 500 ? .away : .untrusted,
                "\(Self.place(url)) answered \(response.status)" + (code.map { " (\($0))" } ?? ""))
        }
        return try Self.json(response, of: url)
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var request = request
        request.timeout = timeout
        request.maximumBytes = Self.mostBytes
        request.certificateAuthorities = certificateAuthorities
        do {
            return try await HTTPClient.shared.send(request)
        } catch {
            switch error.code {
            case .cancelled: throw CancellationError()
            case .tooLarge, .untrusted, .address, .forbidden: throw ProviderProblem(.untrusted, error.description)
            case .unreachable, .timedOut: throw ProviderProblem(.away, error.description)
            }
        }
    }

    private static func json(_ response: HTTPResponse, of url: String) throws -> JSONNode {
        do {
            let root = try JSONDocument(parsing: response.body).root
            guard root.kind == .object else {
                throw ProviderProblem(.untrusted, "\(place(url)) answered with JSON that is no object")
            }
            return root
        } catch let refusal as Refusal {
            throw ProviderProblem(
                .untrusted, "\(place(url)) answered with something that is no JSON: \(refusal.detail)")
        }
    }

    /// Scheme and host: what stands behind them may be secret.
    private static func place(_ url: String) -> String {
        guard let place = ProviderSettings.place(url) else { return "the provider" }
        return (place.isSecure ? "https://" : "http://") + place.host
    }

    /// What another program says, as far as it may stand in a log: letters that cannot be anything else.
    static func plain(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(60).map { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_-. ".unicodeScalars.contains(scalar))
                    ? Character(scalar) : "?"
            })
    }
}
