import Domain
import Foundation
import Hummingbird

/// Named values of a request: of its address, or of a form that was sent.
struct FormValues: Sendable {
    /// How many values are read at most.
    static let most = 2_500

    /// The values in order; a name may come more than once.
    let pairs: [(name: String, value: String)]

    /// Of an address.
    init(query request: Request) { self.init(encoded: request.uri.query ?? "") }

    /// Of a form.
    ///
    /// - Throws: 413 when it holds more than a form may, 415 when it is none.
    init(form request: Request, _ context: ConsoleContext) async throws {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false else {
            throw HTTPError(.unsupportedMediaType)
        }
        let body = try await request.body.collect(upTo: context.maxUploadSize)
        self.init(encoded: String(buffer: body))
    }

    /// Of `name=value&…`, encoded as forms are. What cannot be read as UTF-8 is left out.
    init(encoded text: String) {
        pairs = text.split(separator: "&").prefix(Self.most).compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            func read(_ part: Substring) -> String? { part.replacing("+", with: " ").removingPercentEncoding }
            guard let name = parts.first.flatMap(read), let value = parts.count == 2 ? read(parts[1]) : "" else {
                return nil
            }
            return (name, value.replacing("\r\n", with: "\n"))
        }
    }

    /// Values in the form in which they are read.
    static func encoded(_ pairs: [(String, String)]) -> String {
        pairs.map { "\($0.0.asAddressPart)=\($0.1.asAddressPart)" }.joined(separator: "&")
    }

    /// The first value of a name; `nil` when there is none, or an empty one.
    subscript(_ name: String) -> String? { pairs.first { $0.name == name && !$0.value.isEmpty }?.value }

    /// All values of a name that are not empty.
    func all(_ name: String) -> [String] { pairs.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }
}
