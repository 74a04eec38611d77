import CCurl

/// One request under way. It lives on its client's thread, and nowhere else.
final class Transfer {
    typealias Continuation = CheckedContinuation<Result<HTTPResponse, OutboundError>, Never>

    let handle: UnsafeMutableRawPointer
    /// Scheme, host and port.
    let place: String
    private let continuation: Continuation
    private let maximumBytes: Int
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var headers: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(_ request: HTTPRequest, _ continuation: Continuation) throws(OutboundError) {
        place = try Self.place(request.url)
        self.continuation = continuation
        maximumBytes = request.maximumBytes
        guard let handle = curl_easy_init() else { throw OutboundError(.unreachable, "no memory left for a request") }
        self.handle = handle
        // The whole program's signals are the service's own.
        waybill_curl_number(handle, CURLOPT_NOSIGNAL, 1)
        waybill_curl_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        waybill_curl_number(handle, CURLOPT_FOLLOWLOCATION, 0)
        waybill_curl_number(handle, CURLOPT_SSL_VERIFYPEER, 1)
        waybill_curl_number(handle, CURLOPT_SSL_VERIFYHOST, 2)
        if let path = request.certificateAuthorities { waybill_curl_text(handle, CURLOPT_CAINFO, path) }
        let (seconds, attoseconds) = request.timeout.components
        // 0 would be without end.
        waybill_curl_number(
            handle, CURLOPT_TIMEOUT_MS, max(1, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)))
        let isAccepted = waybill_curl_text(handle, CURLOPT_URL, request.url) == CURLE_OK
        setBody(request)
        for (name, value) in request.headers {
            guard !(name + value).utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
                remove(from: nil)
                throw OutboundError(.address, "the header field '\(name.prefix(40))' has a line break in it")
            }
            // A field without a value is one that the library leaves out, unless it ends with a semicolon.
            append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // Asking first whether a body is wanted takes a second from whoever does not answer that.
        append("Expect:")
        waybill_curl_list(handle, CURLOPT_HTTPHEADER, fields)
        listen()
        if !isAccepted {
            remove(from: nil)
            throw OutboundError(.address, "the address of \(place) cannot be used")
        }
    }

    private func append(_ field: String) { fields = curl_slist_append(fields, field) ?? fields }

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
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
            }, own)
        waybill_curl_on_head(
            handle,
            { bytes, _, count, context in
                guard let bytes, let context else { return 0 }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
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

    func add(to multi: UnsafeMutableRawPointer) throws(OutboundError) {
        guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
            remove(from: nil)
            throw OutboundError(.unreachable, "\(place): the request could not be begun")
        }
    }

    /// Ends the library's part of it. Nothing may be done with the handle afterwards.
    func remove(from multi: UnsafeMutableRawPointer?) {
        if let multi { curl_multi_remove_handle(multi, handle) }
        curl_easy_cleanup(handle)
        curl_slist_free_all(fields)
        fields = nil
    }

    /// What came of it, by the library's result.
    func answer(_ result: CURLcode) -> Result<HTTPResponse, OutboundError> {
        guard result != CURLE_OK else {
            return .success(HTTPResponse(status: waybill_curl_status(handle), headers: headers, body: body))
        }
        let why = String(cString: curl_easy_strerror(result))
        switch result {
        case CURLE_OPERATION_TIMEDOUT: return .failure(OutboundError(.timedOut, "\(place) did not answer in time"))
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            return .failure(OutboundError(.address, "the address of \(place) cannot be used"))
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return .failure(OutboundError(.untrusted, "\(place) is not trusted: \(why)"))
        case _ where isTooLarge:
            return .failure(OutboundError(.tooLarge, "\(place) answered with more than \(maximumBytes) bytes"))
        default: return .failure(OutboundError(.unreachable, "\(place) cannot be reached: \(why)"))
        }
    }

    func end(_ result: Result<HTTPResponse, OutboundError>) { continuation.resume(returning: result) }

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
