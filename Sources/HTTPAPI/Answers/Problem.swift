package import Contracts
package import Hummingbird

/// A failure as whoever calls is told it: a problem detail (RFC 9457), with the reason's code and the place of what is wrong.
package struct Problem: Error, Sendable, Equatable {
    /// The status of the answer.
    package let status: HTTPResponse.Status
    /// Why.
    package let reason: APIReason
    /// What is wrong this time and what to do, in a sentence.
    package let detail: String
    /// Where: a parameter (`parameters.customer`), a JSON path (`$.lines[3].revenue`) or a header (`headers.ce-id`).
    package var path: String?
    /// After how many seconds the same may work.
    package var retryAfter: Int?
    /// Further headers, such as what an address takes.
    package var headers: [String: String] = [:]
    /// Further members.
    package var members: [JSONValue.Member] = []

    /// - Parameters: as the properties.
    package init(
        _ status: HTTPResponse.Status, _ reason: APIReason, _ detail: String, path: String? = nil,
        retryAfter: Int? = nil
    ) {
        (self.status, self.reason, self.detail, self.path) = (status, reason, detail, path)
        self.retryAfter = retryAfter
    }

    /// One that only calls by HTTP have, with its own status.
    package init(
        _ reason: CallReason, _ detail: String, path: String? = nil, retryAfter: Int? = nil
    ) {
        self.init(reason.status, .call(reason), detail, path: path, retryAfter: retryAfter)
    }

    /// A refusal.
    ///
    /// - Parameter status: the status; that of the reason when not given.
    package init(_ refusal: Refusal, status: HTTPResponse.Status? = nil) {
        self.init(
            status ?? refusal.reason.status, .message(refusal.reason), refusal.detail,
            path: refusal.path.isEmpty ? nil : refusal.path)
    }

    /// Its members, as RFC 9457 has them and with ours behind.
    package var json: JSONValue {
        JSONValue.members(
            ("type", .text("urn:waybill:reason:\(reason.code)")), ("title", .text(reason.title)),
            ("status", .number(status.code)), ("detail", .text(detail)), ("reason", .text(reason.code)),
            ("path", .text(path))
        ).appending(members)
    }

    /// The answer.
    package var response: Response {
        var response = Response(
            status: status,
            headers: [
                .contentType: "application/problem+json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        for (name, value) in headers { response.headers.set(name, value) }
        return response
    }
}

extension JSONValue {
    /// The same object with further members behind its own.
    func appending(_ more: [Member]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + more)
    }
}
