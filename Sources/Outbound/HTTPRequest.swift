/// A request by HTTP/1.1 or HTTP/2. Redirects are not followed: they are answers like others.
package struct HTTPRequest: Sendable {
    /// The method, such as `GET`.
    package var method: String
    /// `http://` or `https://`, host, port, path and query, percent-encoded.
    package var url: String
    /// Names and values of header fields.
    package var headers: [(name: String, value: String)]
    /// What is sent; `nil` for nothing.
    package var body: [UInt8]?
    /// How long it may take, from the connection to the last byte of the answer.
    package var timeout: Duration
    /// How many bytes the answer's body may have.
    package var maximumBytes: Int
    /// A file (PEM) of the authorities that may have signed the certificate of who answers; the system's when `nil`.
    package var certificateAuthorities: String?

    /// - Parameters: as the properties.
    package init(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(10), maximumBytes: Int = 8 << 20, certificateAuthorities: String? = nil
    ) {
        (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
        (self.timeout, self.maximumBytes) = (timeout, maximumBytes)
        self.certificateAuthorities = certificateAuthorities
    }
}

/// The answer to a request.
package struct HTTPResponse: Sendable {
    /// The status, such as 200.
    package let status: Int
    /// Names and values of header fields, as they came.
    package let headers: [(name: String, value: String)]
    /// The body, as it came.
    package let body: [UInt8]

    /// The value of a header field, whatever the case of its name; the last when there are several.
    package func header(_ name: String) -> String? {
        headers.last { $0.name.lowercased() == name.lowercased() }?.value
    }
}
