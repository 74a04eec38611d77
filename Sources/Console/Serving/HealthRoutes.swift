import HTTPTypes
import Hummingbird
import Postgres

/// Whether the console lives, and whether it can let people in. Nothing is said of why not: whoever asks is a stranger.
struct HealthRoutes: ConsoleRoutes {
    func add(to router: Router<ConsoleContext>, _ parts: ConsoleParts) {
        router.get("/health/live") { _, _ in Self.text(.ok, "live\n") }
        router.get("/health/ready") { _, _ in
            do {
                try await parts.pool.withTransaction(isReadOnly: true) { try SignInStore.probe($0) }
                return Self.text(.ok, "ready\n")
            } catch {
                return Self.text(.serviceUnavailable, "not ready\n")
            }
        }
    }

    private static func text(_ status: HTTPResponse.Status, _ body: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}
