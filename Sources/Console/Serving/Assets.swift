import Crypto
import Hummingbird

/// What pages need beside themselves: one stylesheet, one script of the console's own, and htmx. They are compiled in, and
/// have their digest in their names, so that a browser keeps each for good.
struct Assets: ConsoleRoutes {
    /// One of them.
    struct Asset: Sendable {
        /// Its name in an address.
        let name: String
        /// What it is.
        let type: String
        /// Its bytes.
        let bytes: [UInt8]
        /// The same in gzip.
        let packed: [UInt8]?

        init(_ stem: String, _ ending: String, _ type: String, _ bytes: [UInt8]) {
            let digest = SHA256.hash(data: bytes).prefix(8).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
            (name, self.type, self.bytes) = ("\(stem).\(digest).\(ending)", type, bytes)
            packed = Packing.gzip(bytes, level: 9)
        }

        /// Where it is.
        var link: Link { Link("assets", name) }
    }

    static let style = Asset("console", "css", "text/css; charset=utf-8", PackageResources.console_css)
    static let script = Asset("console", "js", "text/javascript; charset=utf-8", PackageResources.console_js)
    static let htmx = Asset("htmx", "js", "text/javascript; charset=utf-8", PackageResources.htmx_2_min_js)
    private static let all = [style, script, htmx]

    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/assets/:name") { request, context in
            guard let asset = Self.all.first(where: { $0.name == context.parameters.get("name") }) else {
                throw HTTPError(.notFound)
            }
            var headers: HTTPFields = [
                .contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable",
                .vary: "Accept-Encoding",
            ]
            let accepts = request.headers[.acceptEncoding]?.contains("gzip") ?? false
            let packed = accepts ? asset.packed : nil
            if packed != nil { headers[.contentEncoding] = "gzip" }
            return Response(
                status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: packed ?? asset.bytes)))
        }
        router.get("/favicon.ico") { _, _ in Response(status: .noContent) }
    }
}
