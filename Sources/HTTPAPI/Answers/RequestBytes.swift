import Contracts
package import Hummingbird

extension Request {
    /// The whole body, when it is not too large. What its length says is looked at before anything is read.
    ///
    /// - Parameter limit: how many bytes it may have.
    /// - Throws: ``Problem`` `body-too-large`.
    package func bytes(upTo limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
        var bytes: [UInt8] = []
        for try await buffer in body {
            guard bytes.count + buffer.readableBytes <= limit else { throw Self.tooLarge(limit) }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.contentTooLarge, .message(.bodyTooLarge), "a body here has at most \(limit) bytes", path: "$")
    }

    /// Refuses a body that is compressed, or of a type that is not taken here.
    ///
    /// - Parameters:
    ///   - types: the media types that are taken.
    ///   - alike: whether whatever ends with `+json` is, too.
    package func checkContent(_ types: [String], orAlike alike: Bool = false) throws {
        let taken = types.joined(separator: ", ")
        func problem(_ detail: String, _ path: String) -> Problem {
            var problem = Problem(
                .unsupportedMediaType, .message(.unsupportedContentType), detail, path: path)
            problem.headers["Accept-Post"] = taken
            return problem
        }
        if let encoding = headers[.contentEncoding], !["", "identity"].contains(encoding.lowercased()) {
            throw problem("send the body as it is, not \(encoding.prefix(64))", "headers.content-encoding")
        }
        guard let media = headers.mediaType else {
            throw problem("say what the body is: \(taken)", "headers.content-type")
        }
        guard types.contains(media) || alike && media.hasSuffix("+json") else {
            throw problem("\(taken) is taken here, this is \(media.prefix(64))", "headers.content-type")
        }
    }
}
