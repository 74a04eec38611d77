import Contracts
import Domain

/// Where the console shows what a notice is about.
enum NoticeLink {
    /// The path of its page; `nil` for what has none of its own.
    static func path(of about: NoticeObject) -> String? {
        let place: String? =
            switch about.kind {
            case "order": "orders"
            case "margin-alert", "alert": "alerts"
            case "complaint": "complaints"
            // What is said of a customer as a whole has its identifier, or its code with the system whose it is.
            case "customer", "acceptance", "credit", "identity": "customers"
            default: nil
            }
        return place.map { place in
            let page = "/\(place)/\(about.identifier.asAddressPart)"
            return about.source.map { "\(page)?source=\($0.asAddressPart)" } ?? page
        }
    }
}
