/// Whether a command was carried out.
public enum ActStatus: String, Sendable, CaseIterable {
    /// It was, and what it did is committed.
    case done
    /// It was not, for a reason, and nothing of it has happened.
    case refused
}

/// How it is known who acts.
public enum ActProof: String, Sendable, CaseIterable {
    /// The broker has verified that it is the person's own user.
    case user
    /// The broker has verified that it is the trusted edge, and the edge names the person.
    case edge
    /// By the command's own word only; in the demo profile alone.
    case word
}

/// A service's answer to a person's command, sent once what it tells is committed.
public struct ActReply: Sendable, Equatable {
    /// An event that the command led to.
    public struct Result: Sendable, Equatable {
        /// What it is.
        public let type: MessageType
        /// Its data, as JSON text.
        public let data: [UInt8]

        /// - Parameters: as the properties.
        public init(type: MessageType, data: [UInt8]) {
            self.type = type
            self.data = data
        }
    }

    /// The most events that an answer carries, and their most bytes together; what the rest tells is to be asked for.
    public static let maximumResults = (count: 20, bytes: 256 << 10)

    /// Whether it was carried out.
    public let status: ActStatus
    /// The command's identifier; `nil` when it has none that can be read.
    public let id: String?
    /// Who has acted, by login; `nil` when that could not be told.
    public let person: String?
    /// How that is known.
    public let proof: ActProof?
    /// Whether it was carried out before, by a command of the same identifier: this is then the answer of that time.
    public let isRepeated: Bool
    /// What it led to at once, in order.
    public let results: [Result]
    /// Why it was refused.
    public let refusal: Refusal?

    private init(
        status: ActStatus, id: String?, person: String?, proof: ActProof?, isRepeated: Bool, results: [Result],
        refusal: Refusal?
    ) {
        (self.status, self.id, self.person, self.proof) = (status, id, person, proof)
        (self.isRepeated, self.results, self.refusal) = (isRepeated, results, refusal)
    }

    /// The answer to a command that was carried out.
    public static func done(
        id: String, person: String, proof: ActProof, results: [Result], isRepeated: Bool = false
    ) -> ActReply {
        var (kept, bytes): ([Result], Int) = ([], 0)
        for result in results.prefix(maximumResults.count) {
            bytes += result.data.count
            guard bytes <= maximumResults.bytes else { break }
            kept.append(result)
        }
        return ActReply(
            status: .done, id: id, person: person, proof: proof, isRepeated: isRepeated, results: kept, refusal: nil)
    }

    /// The answer to a command that was refused.
    public static func refused(id: String?, person: String?, proof: ActProof?, _ refusal: Refusal) -> ActReply {
        ActReply(
            status: .refused, id: id, person: person, proof: proof, isRepeated: false, results: [], refusal: refusal)
    }

    /// The same answer, to a command that comes again.
    public var repeated: ActReply {
        ActReply(
            status: status, id: id, person: person, proof: proof, isRepeated: true, results: results, refusal: refusal)
    }

    /// Reads it from its JSON text.
    public init(json bytes: [UInt8]) throws(Refusal) {
        var limits = JSONLimits.standard
        limits.bodyBytes = 4 << 20
        let root = try JSONDocument(parsing: bytes, limits: limits).root
        guard let status = root["status"]?.string.flatMap(ActStatus.init(rawValue:)) else {
            throw Refusal(.missingField, path: "$.status", "an answer says whether the command was carried out")
        }
        self.status = status
        id = root["id"]?.string
        person = root["person"]?.string
        proof = root["proof"]?.string.flatMap(ActProof.init(rawValue:))
        isRepeated = root["repeated"]?.text.elementsEqual("true".utf8) ?? false
        results = (root["results"]?.elements ?? []).compactMap { node in
            guard let type = node["type"]?.string, let data = node["data"] else { return nil }
            return Result(type: MessageType(type), data: Array(data.text))
        }
        refusal = root["reason"]?.string.map { code in
            Refusal(
                Reason(rawValue: code) ?? .internalError, path: root["path"]?.string ?? "",
                root["detail"]?.string ?? "")
        }
    }

    /// Its JSON text.
    public func encode() -> [UInt8] {
        var object = ObjectWriter()
        object.choice("status", status)
        object.text("id", id)
        object.text("person", person)
        object.choice("proof", proof)
        if isRepeated { object.boolean("repeated", true) }
        object.text("reason", refusal?.reason.rawValue)
        object.text("path", refusal?.path)
        object.text("detail", refusal.map { String($0.detail.prefix(1_000)) })
        if !results.isEmpty {
            var list: [UInt8] = [UInt8(ascii: "[")]
            for (place, result) in results.enumerated() {
                if place > 0 { list.append(UInt8(ascii: ",")) }
                var entry = ObjectWriter()
                entry.text("type", result.type.description)
                entry.json("data", result.data)
                list += entry.finished()
            }
            list.append(UInt8(ascii: "]"))
            object.json("results", list)
        }
        return object.finished()
    }
}
