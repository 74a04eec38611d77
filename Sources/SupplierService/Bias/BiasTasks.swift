import Contracts
import Domain
import Postgres
import ServiceKit

/// What is done about the bias of costs at its time.
enum BiasTasks {
    /// At the end of a day: what the new facts say of their suppliers.
    static func evaluate(
        _ items: [ScheduledItem], _ transaction: borrowing Transaction, _ effects: inout Effects
    ) throws {
        var told: [CostBiasChanged] = []
        for evaluation in try BiasStore.due(transaction) {
            guard let (ratio, observations) = BiasPolicy.ratio(evaluation.pairs),
                BiasPolicy.isNews(ratio, observations, before: evaluation.before)
            else { continue }
            let event = CostBiasChanged(
                supplierId: evaluation.supplierId, serviceItem: evaluation.serviceItem, stage: evaluation.stage,
                ratio: FixedDecimal(units: Int128((ratio * 10_000).rounded())), observations: observations,
                asOf: effects.now)
            told.append(event)
            effects.publish(event, key: evaluation.supplierId)
            RaisedBias.tell(event, ratio: ratio, before: evaluation.before, &effects)
        }
        try BiasStore.put(told, transaction)
        effects.count("bias_changes", told.count)
    }
}
