import Foundation
public import Messaging

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The broker's management over HTTP.
public struct BrokerManagement: Sendable {
    private let bases: [URL]
    private let authorization: String

    /// - Parameters:
    ///   - address: its address, `http(s)://host:port`; a cluster's nodes with commas between them, the first that
    ///     answers is asked.
    ///   - broker: whose user to use; it needs the tag `management`, or `administrator` to change users.
    /// - Throws: ``MessagingError`` of code `configuration` when the address cannot be understood.
    public init(address: String, broker: BrokerConfiguration) throws(MessagingError) {
        bases = try address.split(separator: ",").map { text throws(MessagingError) in
            guard let url = URL(string: String(text)), let scheme = url.scheme, ["http", "https"].contains(scheme),
                url.host != nil
            else {
                throw MessagingError(
                    .configuration, "the management's address cannot be understood: write http://host:port")
            }
            return url
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
        let encoded = path.map {
            $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._")))
                ?? $0
        }
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
        _ method: String, _ path: String, _ body: [UInt8]?, to base: URL
    ) async throws(MessagingError) -> [UInt8]? {
        guard let url = URL(string: path, relativeTo: base) else { return nil }
        var request = URLRequest(url: url, timeoutInterval: 10)
        request.httpMethod = method
        request.setValue(authorization, forHTTPHeaderField: "Authorization")
        if let body {
            request.httpBody = Data(body)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response): (Data, URLResponse)
        do {
            (data, response) = try await URLSession.shared.data(for: request)
        } catch {
            throw MessagingError(.connection, "the broker's management at \(base.absoluteString) does not answer")
        }
        switch (response as? HTTPURLResponse)?.statusCode {
        case 200, 201, 204: return Array(data)
        case 404: return nil
        case 400:
            throw MessagingError(
                .refused, "the broker's management refuses this: \(String(decoding: data.prefix(200), as: UTF8.self))")
        case 401, 403:
            throw MessagingError(
                .refusedLogin,
                "the broker's management refuses the user: it needs the tag '\(method == "GET" ? "management" : "administrator")'"
            )
        default: throw MessagingError(.connection, "the broker's management at \(base.absoluteString) is not ready")
        }
    }
}
