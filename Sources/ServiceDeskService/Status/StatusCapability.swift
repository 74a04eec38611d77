import ServiceKit

extension Capability {
    /// What customers see of their complaints.
    static func status(_ status: StatusTeller) -> Capability {
        Capability(tasks: [
            .onDemand(StatusTeller.task) { items, transaction, effects in
                try status.look(items, transaction, &effects)
            },
            .onDemand(StatusTeller.fillTask, status.fill),
        ])
    }
}
