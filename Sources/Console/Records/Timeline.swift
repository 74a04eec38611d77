import Client
import Contracts

/// What happened to an order, of all services, in the order of time.
enum Timeline {
    /// Something that happened.
    struct Event: Sendable, Equatable {
        /// When, by the organisation's clocks; a day alone where no time is told.
        let when: String
        let service: ServiceName
        /// What.
        let what: Text
        /// What is said of it.
        let detail: String
    }

    /// A column that holds a time at which something happened.
    private struct Mark: Sendable {
        let service: ServiceName
        let table: String
        /// The column of the time.
        let time: String
        let what: Text
        /// The columns that say more.
        var detail: [String] = []
    }

    private static let marks: [Mark] = [
        Mark(
            service: .finance, table: "order", time: "placed_at", what: .orderPlaced,
            detail: ["source", "customer_code", "sales_owner"]),
        Mark(
            service: .finance, table: "alerts", time: "raised_at", what: .alertRaised,
            detail: ["severity", "causes"]),
        Mark(service: .finance, table: "alerts", time: "cleared_at", what: .alertCleared, detail: ["clearing"]),
        Mark(service: .finance, table: "alerts", time: "recover_by", what: .recoverBy, detail: ["reason", "plan"]),
        Mark(service: .servicedesk, table: "delivery", time: "promised_at", what: .deliveryPromised),
        Mark(
            service: .servicedesk, table: "delivery", time: "completed_at", what: .deliveryCompleted,
            detail: ["survey_id"]),
        Mark(
            service: .supplier, table: "cost facts", time: "service_day", what: .costKnown,
            detail: ["cost_id", "state", "service_item", "supplier_code"]),
    ]

    /// The events that answers tell of, the earliest first.
    static func events(_ answers: [Asking.Answer?], _ context: ConsoleContext) -> [Event] {
        let tables = answers.compactMap { $0 }.flatMap(\.tables)
        let events = marks.flatMap { mark in
            tables.filter { $0.name == mark.table }.flatMap(\.views).compactMap { row -> Event? in
                guard let time = row[mark.time] else { return nil }
                let detail = mark.detail.compactMap { row[$0] }.joined(separator: " · ")
                let words = Words(language: context.language)
                let faults = ["late", "damaged", "short"].filter { row[$0].flatMap(ProgramForm.truth) == true }
                let more = mark.what == .deliveryCompleted ? faults.map { words[.deliveryFault($0)] } : []
                return Event(
                    when: CellText.time(time, in: context.zone), service: mark.service, what: mark.what,
                    detail: (more + (detail.isEmpty ? [] : [detail])).joined(separator: " · "))
            }
        }
        // A day stands before the times within it; what is of one moment stays as it was told.
        return events.enumerated().sorted { ($0.element.when, $0.offset) < ($1.element.when, $1.offset) }.map(\.element)
    }

    /// The events as a table.
    static func node(_ events: [Event], _ context: ConsoleContext) -> Node {
        let words = Words(language: context.language)
        guard !events.isEmpty else { return Tag.p(.class("hint")) { words[.nothing] } }
        return Tag.div(.class("scroll"), .tabIndex(0), .role("region"), .label(words[.timeline])) {
            Tag.table {
                Tag.thead {
                    Tag.tr {
                        for text: Text in [.whenItWas, .whatHappened, .whoTold, .detail] {
                            Tag.th(.scope(.col)) { words[text] }
                        }
                    }
                }
                Tag.tbody {
                    for event in events {
                        Tag.tr {
                            Tag.td(.class("when")) { event.when }
                            Tag.td { words[event.what] }
                            Tag.td { words[.service(event.service.rawValue)] }
                            Tag.td(.class("words")) { event.detail }
                        }
                    }
                }
            }
        }
    }
}
