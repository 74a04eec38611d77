import CCurl

/// One request by HTTP under way.
final class HTTPTransfer: Transfer {
    typealias Continuation = CheckedContinuation<Result<HTTPResponse, OutboundError>, Never>

    private let continuation: Continuation
    private let maximumBytes: Int
    private var headers: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(_ request: HTTPRequest, _ continuation: Continuation) throws(OutboundError) {
        self.continuation = continuation
        maximumBytes = request.maximumBytes
        var fields: [String] = []
        for (name, value) in request.headers {
            guard !(name + value).utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
                throw OutboundError(.address, "the header field '\(name.prefix(40))' has a line break in it")
            }
            // A field without a value is one that the library leaves out, unless it ends with a semicolon.
            fields.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        try super.init(
            Self.place(request.url), protocols: "http,https", certificateAuthorities: request.certificateAuthorities)
        waybill_curl_number(handle, CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_TIMEOUT_MS, request.timeout)
        let isAccepted = waybill_curl_text(handle, CURLOPT_URL, request.url) == CURLE_OK
        setBody(request)
        // Asking first whether a body is wanted takes a second from whoever does not answer that.
        set(CURLOPT_HTTPHEADER, fields + ["Expect:"])
        listen()
        if !isAccepted {
            remove(from: nil)
            throw OutboundError(.address, "the address of \(place) cannot be used")
        }
    }

    private func setBody(_ request: HTTPRequest) {
        if let body = request.body {
            waybill_curl_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            body.withUnsafeBytes { bytes in
                // It is copied; nothing at all is a body too.
                var nothing: UInt8 = 0
                if let start = bytes.baseAddress {
                    waybill_curl_pointer(handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
                } else {
                    waybill_curl_pointer(handle, CURLOPT_COPYPOSTFIELDS, &nothing)
                }
            }
        }
        if request.method == "HEAD" {
            waybill_curl_number(handle, CURLOPT_NOBODY, 1)
        } else {
            waybill_curl_text(handle, CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    /// Has the library give what comes to this transfer, which outlives the handle's last use: whoever removes it from
    /// the client holds it until then.
    private func listen() {
        let own = Unmanaged.passUnretained(self).toOpaque()
        waybill_curl_on_body(
            handle,
            { bytes, _, count, context in
                guard let bytes, let context else { return 0 }
                let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
            }, own)
        waybill_curl_on_head(
            handle,
            { bytes, _, count, context in
                guard let bytes, let context else { return 0 }
                let transfer = Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
                transfer.takeHead(String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self))
                return count
            }, own)
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= maximumBytes else {
            isTooLarge = true
            return false
        }
        body += bytes
        return true
    }

    private func takeHead(_ line: String) {
        // The heads of answers before the last, such as 100, are none of ours.
        if line.hasPrefix("HTTP/") { headers = [] }
        guard let colon = line.firstIndex(of: ":"), headers.count < 1_000 else { return }
        let value = line[line.index(after: colon)...]
        headers.append((String(line[..<colon]), String(value.drop(while: \.isWhitespace).trimmingEnd)))
    }

    override func ended(_ result: CURLcode) -> () -> Void {
        let answer = answer(result)
        return { [continuation] in continuation.resume(returning: answer) }
    }

    private func answer(_ result: CURLcode) -> Result<HTTPResponse, OutboundError> {
        if result == CURLE_OK {
            return .success(HTTPResponse(status: waybill_curl_status(handle), headers: headers, body: body))
        }
        if isTooLarge {
            return .failure(OutboundError(.tooLarge, "\(place) answered with more than \(maximumBytes) bytes"))
        }
        return .failure(failure(result))
    }

    override func fail(_ error: OutboundError) { continuation.resume(returning: .failure(error)) }

    /// Scheme, host and port of an address.
    private static func place(_ url: String) throws(OutboundError) -> String {
        guard let scheme = ["http://", "https://"].first(where: { url.hasPrefix($0) }) else {
            throw OutboundError(.address, "an address begins with http:// or https://")
        }
        let rest = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        guard !host.isEmpty else { throw OutboundError(.address, "an address names a host behind \(scheme)") }
        return scheme + host
    }
}

extension Substring {
    fileprivate var trimmingEnd: Substring {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
