import Foundation

/// What a message says of itself in whichever of the accepted forms it comes, as far as it can be read: for who looks at
/// messages that were refused, and may be broken in any way.
public struct MessageGlimpse: Sendable, Equatable {
    /// Its identifier.
    public let id: String?
    /// Who sent it, by its own word.
    public let source: String?
    /// What it is, by its own word.
    public let type: String?
    /// Whether its body is a whole CloudEvent, attributes and data.
    public let isStructured: Bool
    /// What comes before the names of a CloudEvent's attributes in the headers; `nil` when they are not there.
    public let spelling: String?

    /// - Parameters:
    ///   - properties: the properties.
    ///   - body: the body.
    public init(_ properties: MessageProperties, body: [UInt8]) {
        isStructured = properties.contentType?.lowercased().hasPrefix("application/cloudevents+json") ?? false
        let spelling = CloudEventCodec.spellings.first { properties.headers[$0 + "specversion"] != nil }
        self.spelling = spelling
        let event = isStructured ? try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] : nil
        func attribute(_ name: String, _ property: String?) -> String? {
            if let text = event?[name] as? String { return text }
            // Of a message that names its attributes in several ways none counts; what it meant may still be shown.
            let spellings = [spelling].compactMap { $0 } + CloudEventCodec.spellings
            let header = spellings.lazy.compactMap { properties.headers[$0 + name]?.text }.first
            return spelling == nil ? property ?? header : header ?? property
        }
        id = attribute("id", properties.messageID)
        source = attribute("source", properties.appID)
        type = attribute("type", properties.type)
    }
}
