import Contracts
import Domain

/// Who has left does and asks nothing any more, by whatever way they come: the broker's user may still be there, and an edge
/// may still speak for them.
extension OrganisationBook {
    /// Why somebody who acts may not any more.
    ///
    /// - Returns: the refusal; `nil` for who is there, who only comes later, and who was never recorded.
    func refusal(ofLeaver principal: Principal, on day: CalendarDay) -> Refusal? {
        let path =
            switch principal.proof {
            case .user: "properties.user_id"
            case .edge: Principals.place
            case .word: "$"
            }
        return refusal(ofLeaver: principal.person, on: day, at: path)
    }

    /// Why somebody who asks is not answered any more.
    ///
    /// - Returns: the refusal; `nil` for who is there, who only comes later, and who was never recorded.
    func refusal(ofLeaver asker: QuestionAsker, on day: CalendarDay) -> Refusal? {
        guard case .person(let login) = asker else { return nil }
        return refusal(ofLeaver: login, on: day, at: "$")
    }

    private func refusal(ofLeaver login: String, on day: CalendarDay, at path: String) -> Refusal? {
        guard let last = lastDay(ofLeaver: login, by: day) else { return nil }
        return Refusal(
            .notAuthorised, path: path,
            "'\(login)' has left: the last day was \(last), and it is \(day); who comes back is recorded first")
    }
}
