import Contracts
import Domain
import ServiceTestSupport
import Testing

/// What tests say of an organisation: a group with two divisions, a branch with two people, and who leads it.
enum PeopleFixture {
    static func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text), "\(text)") }

    /// A time at which something is written down, so many seconds after the first.
    static func time(_ second: Int) -> Timestamp { CustomerFixture.time(second) }

    static func node(
        _ node: String, _ kind: OrganisationKind, _ periods: (parent: String?, from: String, until: String?)...,
        name: String = "名", expected: Int? = nil
    ) throws -> RecordedNode {
        RecordedNode(
            NodeLife(
                node: node,
                periods: try periods.map {
                    NodePeriod(
                        from: try day($0.from), until: try $0.until.map(day), kind: kind, parent: $0.parent,
                        name: name, purpose: .business)
                }), expected: expected)
    }

    static func person(
        _ login: String,
        _ periods: (node: String, manager: String?, from: String, until: String?)..., name: String = "名",
        number: String? = nil, expected: Int? = nil
    ) throws -> RecordedPerson {
        RecordedPerson(
            PersonLife(
                login: login,
                periods: try periods.map {
                    PersonPeriod(
                        from: try day($0.from), until: try $0.until.map(day), name: name, node: $0.node,
                        manager: $0.manager, externalId: number)
                }), expected: expected)
    }

    static func nodes() throws -> [RecordedNode] {
        [
            try node("SH01", .branch, ("EAST", "2026-01-01", nil)),
            try node("G", .group, (nil, "2026-01-01", nil)),
            try node("EAST", .division, ("G", "2026-01-01", nil)),
            try node("SOUTH", .division, ("G", "2026-01-01", nil)),
        ]
    }

    static func persons() throws -> [RecordedPerson] {
        [
            try person("zhao.min", ("SH01", "wang.fang", "2026-01-01", nil), number: "1003"),
            try person("wang.fang", ("SH01", "li.wei", "2026-01-01", nil), number: "1002"),
            try person("li.wei", ("G", nil, "2026-01-01", nil), number: "1001"),
        ]
    }

    /// All of it in one message.
    static func whole(at second: Int = 0, by person: String? = nil) throws -> ServiceFixture.Message {
        .init(
            "whole-\(second)", source: "hr", typedBy: person,
            OrganisationRecorded(
                nodes: try nodes(), persons: try persons(), recordedAt: time(second), by: person))
    }

    static func said(
        _ id: String, at second: Int, typedBy person: String? = nil, nodes: [RecordedNode] = [],
        persons: [RecordedPerson] = []
    ) -> ServiceFixture.Message {
        let body: any Contracts.Message =
            nodes.isEmpty
            ? PersonRecorded(persons: persons, recordedAt: time(second), by: person)
            : OrganisationRecorded(nodes: nodes, persons: persons, recordedAt: time(second), by: person)
        return .init(id, source: "hr", typedBy: person, body)
    }

    static func left(
        _ id: String, _ login: String, after day: String, at second: Int, typedBy person: String? = nil
    ) throws -> ServiceFixture.Message {
        .init(
            id, source: "hr", typedBy: person,
            PersonLeft(
                login: login, lastDay: try Self.day(day), recordedAt: time(second), reason: "离职", by: person))
    }
}
