import Domain
import Foundation
public import Messaging
import Outbound

/// The broker's management over HTTP.
public struct BrokerManagement: Sendable {
    private let bases: [String]
    private let authorization: String

    /// - Parameters:
    ///   - address: its address, `http(s)://host:port`; a cluster's nodes with commas between them, the first that
    ///     answers is asked.
    ///   - broker: whose user to use; it needs the tag `management`, or `administrator` to change users.
    /// - Throws: ``MessagingError`` of code `configuration` when the address cannot be understood.
    public init(address: String, broker: BrokerConfiguration) throws(MessagingError) {
        bases = try address.split(separator: ",").map { text throws(MessagingError) in
            guard var url = URLComponents(string: String(text)), let scheme = url.scheme,
                ["http", "https"].contains(scheme), let host = url.host, !host.isEmpty
            else {
                throw MessagingError(
                    .configuration, "the management's address cannot be understood: write http://host:port")
            }
            // The login comes from the broker's own address, the path from what is asked.
            (url.user, url.password, url.path, url.query, url.fragment) = (nil, nil, "", nil, nil)
            return url.string ?? ""
        }
        authorization = broker.basicAuthorization
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - method: `GET`, `PUT` or `DELETE`.
    ///   - path: the parts of the path behind `/api/`, as they are.
    ///   - body: the JSON text to send.
    /// - Returns: the body of the answer, or `nil` for what is not there.
    /// - Throws: ``MessagingError`` when the management does not answer, or refuses.
    public func send(_ method: String, _ path: [String], body: [UInt8]? = nil) async throws(MessagingError) -> [UInt8]?
    {
        let encoded = path.map(\.asAddressPart)
        var unreachable: MessagingError?
        for base in bases {
            do {
                return try await send(method, "/api/" + encoded.joined(separator: "/"), body, to: base)
            } catch  where error.code == .connection {
                unreachable = error
            }
        }
        throw unreachable ?? MessagingError(.configuration, "the management has no address")
    }

    private func send(
        _ method: String, _ path: String, _ body: [UInt8]?, to base: String
    ) async throws(MessagingError) -> [UInt8]? {
        var request = HTTPRequest(
            method, base + path, headers: [("Authorization", authorization)], body: body, maximumBytes: 64 << 20)
        if body != nil { request.headers.append(("Content-Type", "application/json")) }
        let answer: HTTPResponse
        do {
            answer = try await HTTPClient.shared.send(request)
        } catch {
            throw MessagingError(.connection, "the broker's management does not answer: \(error)")
        }
        switch answer.status {
        case 200, 201, 204: return answer.body
        case 404: return nil
        case 400:
            throw MessagingError(
                .refused,
                "the broker's management refuses this: \(String(decoding: answer.body.prefix(200), as: UTF8.self))")
        case 401, 403:
            throw MessagingError(
                .refusedLogin,
                "the broker's management refuses the user: it needs the tag '\(method == "GET" ? "management" : "administrator")'"
            )
        default: throw MessagingError(.connection, "the broker's management at \(base) is not ready")
        }
    }
}
