import Contracts
import ServiceKit

extension Capability {
    /// What customers may know of how they were served, signed, and what they object to.
    static func bulletins(policy: BulletinPolicy, key: BulletinKey?) -> Capability {
        let bulletins = BulletinHandlers(policy: policy, key: key)
        let ofCustomer = ScopedTable.Scope.ofCustomer("t.customer_id")
        return Capability(
            handlers: [
                .on(ExcludeDelivery.self, BulletinHandlers.excluded), .on(PublishBulletins.self, bulletins.publishNow),
                .on(TakeBulletinStep.self, bulletins.stepTaken),
            ],
            tasks: [
                .daily("bulletins.turn", bulletins.turn), .onDemand(BulletinHandlers.task, bulletins.publish),
            ],
            questions: BulletinQueries(key: key).all,
            tables: [
                ScopedTable("bulletin", ofCustomer), ScopedTable("bulletin_figure", ofCustomer),
                ScopedTable("bulletin_step", ofCustomer),
                ScopedTable(
                    "delivery_exclusion",
                    .through(
                        "exists (select from delivery d where d.source = t.source and d.order_id = t.order_id)")),
            ])
    }
}
