extension PermissionPolicy {
    /// The people of whom the organisation knows nothing, or who have left: nothing goes wrong by them, for who has left does and sees
    /// nothing any more; but most are slips of the pen, or lines that nobody has taken out. Who only comes later is known.
    ///
    /// - Parameters:
    ///   - book: the organisation that is recorded.
    ///   - day: the day on which the policy is looked at.
    public func strangers(in book: OrganisationBook, on day: CalendarDay) -> [PermissionFinding] {
        people.enumerated().compactMap { place, person in
            let path = "$.people[\(place)].login"
            guard !book.life(ofPerson: person.login).isEmpty else {
                return PermissionFinding(
                    .notFound, path: path, "the organisation knows nobody called '\(person.login)'")
            }
            return book.lastDay(ofLeaver: person.login, by: day).map { last in
                PermissionFinding(
                    .notFound, path: path, "'\(person.login)' has left: the last day was \(last)")
            }
        }
    }

    /// The nodes of amounts that the organisation does not have, neither on a day nor later: an amount for one of them is for
    /// nothing.
    ///
    /// - Parameters: as of ``strangers(in:on:)``.
    public func strangeNodes(in book: OrganisationBook, on day: CalendarDay) -> [PermissionFinding] {
        amounts.enumerated().flatMap { place, amount in
            amount.nodes.enumerated().filter { !book.has(node: $0.element, from: day) }.map { index, node in
                PermissionFinding(
                    .notFound, path: "$.amounts[\(place)].nodes[\(index)]",
                    "the organisation has no node '\(node)' on \(day) or later")
            }
        }
    }
}
