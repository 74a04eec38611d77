import Contracts
import Domain
import ServiceKit

/// Suppliers whose invoices are far from what was expected. Nobody is known to buy from a supplier, so that it comes to who
/// operates the system.
enum RaisedBias {
    /// From how far on it is said, in parts of one.
    private static let threshold = 0.05
    /// By how many invoices at least.
    private static let observations = 5

    /// - Parameter before: what was told before; `nil` when nothing was.
    static func tell(
        _ event: CostBiasChanged, ratio: Double, before: (ratio: Double, observations: Int)?,
        _ effects: inout Effects
    ) {
        let name = NoticeName(
            .costBias, event.supplierId, part: "\(event.serviceItem)/\(event.stage.rawValue)")
        let revision = effects.noticeRevision()
        guard isFar(ratio, event.observations) else {
            if let before, isFar(before.ratio, before.observations) {
                effects.clear(name, revision: revision, because: "within bounds")
            }
            return
        }
        effects.raise(
            NoticeContent(
                name, .attention, revision: revision,
                facts: [
                    .code("supplier", event.supplierId), .code("service-item", event.serviceItem),
                    .code("stage", event.stage.rawValue), .rate("ratio", event.ratio, .purchaseRate),
                    .count("observations", event.observations),
                ], next: name.kind.next(), happenedAt: event.asOf))
    }

    private static func isFar(_ ratio: Double, _ count: Int) -> Bool {
        count >= observations && abs(ratio - 1) >= threshold
    }
}
