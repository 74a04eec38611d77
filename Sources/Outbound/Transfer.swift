import CCurl

/// Something under way with the library, whatever the protocol. It lives on its client's thread, and nowhere else.
///
/// Who makes one and does not add it removes it.
class Transfer {
    let handle: UnsafeMutableRawPointer
    /// Scheme, host and port.
    let place: String
    /// Lists that the library reads for as long as it is under way.
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    /// With what holds for all: no signals, no protocol but the named ones, who answers proves itself.
    init(_ place: String, protocols: String, certificateAuthorities: String?) throws(OutboundError) {
        self.place = place
        guard let handle = curl_easy_init() else { throw OutboundError(.unreachable, "no memory left for a request") }
        self.handle = handle
        // The whole program's signals are the service's own.
        waybill_curl_number(handle, CURLOPT_NOSIGNAL, 1)
        waybill_curl_text(handle, CURLOPT_PROTOCOLS_STR, protocols)
        waybill_curl_number(handle, CURLOPT_SSL_VERIFYPEER, 1)
        waybill_curl_number(handle, CURLOPT_SSL_VERIFYHOST, 2)
        if let path = certificateAuthorities { waybill_curl_text(handle, CURLOPT_CAINFO, path) }
    }

    /// What came of it, by the library's result, read while the handle is there.
    ///
    /// - Returns: what tells it to who waits, to be called when the handle is gone.
    func ended(_ result: CURLcode) -> () -> Void { {} }

    /// Tells who waits that nothing comes of it.
    func fail(_ error: OutboundError) {}

    /// Sets one of the library's times; it takes 0 for one without end.
    final func set(_ option: CURLoption, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        waybill_curl_number(handle, option, max(1, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)))
    }

    /// Sets a list of texts.
    final func set(_ option: CURLoption, _ texts: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts { list = curl_slist_append(list, text) ?? list }
        waybill_curl_list(handle, option, list)
        if let list { lists.append(list) }
    }

    /// Has it connect to nothing but public addresses.
    ///
    /// What is looked at is the address that a socket is about to be opened to, not the name: a name may mean another a
    /// moment later.
    final func refusePrivateAddresses() {
        let own = Unmanaged.passUnretained(self).toOpaque()
        // A proxy would be the one that is connected to.
        waybill_curl_text(handle, CURLOPT_PROXY, "")
        waybill_curl_on_socket(
            handle,
            { context, _, address in
                guard let context, let address else { return waybill_curl_no_socket() }
                var bytes = [UInt8](repeating: 0, count: 16)
                let count = waybill_curl_address(address, &bytes)
                guard PublicAddress.isPublic(Array(bytes.prefix(Int(count)))) else {
                    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().hasRefusedAddress = true
                    return waybill_curl_no_socket()
                }
                return waybill_curl_socket(address)
            }, own)
    }

    /// Whether an address was refused because it is a private one.
    private(set) final var hasRefusedAddress = false

    final func add(to multi: UnsafeMutableRawPointer) throws(OutboundError) {
        guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
            remove(from: nil)
            throw OutboundError(.unreachable, "\(place): the request could not be begun")
        }
    }

    /// Ends the library's part of it. Nothing may be done with the handle afterwards.
    final func remove(from multi: UnsafeMutableRawPointer?) {
        if let multi { curl_multi_remove_handle(multi, handle) }
        curl_easy_cleanup(handle)
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    /// Why there is no answer, by the library's result.
    final func failure(_ result: CURLcode) -> OutboundError {
        let why = String(cString: curl_easy_strerror(result))
        return switch result {
        case _ where hasRefusedAddress:
            OutboundError(.forbidden, "\(place) is a private address, which is not allowed here")
        case CURLE_OPERATION_TIMEDOUT: OutboundError(.timedOut, "\(place) did not answer in time")
        // Of an address of the web the library says so when what came back is no HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL where place.hasPrefix("http://") || place.hasPrefix("https://"):
            OutboundError(.unreachable, "\(place) answered with something that is no HTTP")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            OutboundError(.address, "the address of \(place) cannot be used")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            OutboundError(.untrusted, "\(place) is not trusted: \(why)")
        case CURLE_USE_SSL_FAILED: OutboundError(.untrusted, "\(place) offers no TLS")
        default: OutboundError(.unreachable, "\(place) cannot be reached: \(why)")
        }
    }
}
