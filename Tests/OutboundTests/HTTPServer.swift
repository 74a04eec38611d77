import Foundation

/// A server of HTTP on loopback, by Python's own library, which behaves by the path that is asked for.
struct HTTPServer {
    private static let program = #"""
        import http.server, json, ssl, sys, threading, time
        ended = []
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *arguments): pass
            def answer(self, status, body=b"", **fields):
                self.send_response(status)
                for name, value in fields.items(): self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def gone(self):
                # Nothing more is sent, so whatever can be read now is the end.
                self.connection.recv(1)
                ended.append(self.path)
                self.close_connection = True
            def do(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == "/echo":
                    said = {"method": self.command, "port": self.client_address[1],
                            "headers": {name.lower(): value for name, value in self.headers.items()}}
                    self.answer(200, body, X_Said=json.dumps(said), X_Empty="")
                elif self.path.startswith("/status/"): self.answer(int(self.path[8:]), b"so it is")
                elif self.path == "/redirect": self.answer(302, Location="/echo")
                elif self.path == "/silent": self.gone()
                elif self.path == "/half":
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b"x" * 500)
                    if self.headers.get("X-Then") == "close": self.close_connection = True
                    else: self.gone()
                elif self.path == "/endless":
                    self.send_response(200)
                    self.end_headers()
                    try:
                        while True: self.wfile.write(b"x" * 65536)
                    except OSError: ended.append(self.path)
                    self.close_connection = True
                elif self.path == "/ended": self.answer(200, " ".join(ended).encode())
            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do
        http.server.ThreadingHTTPServer.request_queue_size = 128
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if len(sys.argv) > 1:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[1], sys.argv[2])
            server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
        server.serve_forever(poll_interval=0.05)
        """#

    let port: Int
    private let process: Process
    /// The server ends with it.
    private let input: Pipe

    /// Starts it.
    ///
    /// - Parameter certificate: its certificate and key (PEM); without one it speaks no TLS.
    init(certificate: (path: String, key: String)? = nil) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.program] + (certificate.map { [$0.path, $0.key] } ?? [])
        let output = Pipe()
        input = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CocoaError(.executableLoad)
        }
        self.port = port
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// With a server, which is stopped at the end.
    static func with(
        certificate: (path: String, key: String)? = nil, _ body: (HTTPServer) async throws -> Void
    ) async throws {
        let server = try HTTPServer(certificate: certificate)
        defer { server.stop() }
        try await body(server)
    }
}
