internal import FoundationEssentials
internal import PostgresDriver

extension OperatorSession {
    /// What a person or one enrollment waits for, and until when.
    /// - Parameter subject: a phone number, or the id of a contact.
    /// - Throws: ``OperationsError/malformedPhone(given:)`` when it is neither;
    ///   ``OperationsError/notFound(kind:given:nearest:)`` for an id nobody has.
    public func why(_ subject: String) async throws -> WhyReport {
        let phone: PhoneNumber?
        let contacts: [ContactSituation]
        if let id = UUID(uuidString: subject) {
            contacts = try await SituationQuery.contact(id, on: database)
            guard let contact = contacts.first else {
                throw OperationsError.notFound(kind: "contact", given: subject, nearest: [])
            }
            // A held contact's number may be no number at all; then its leads cannot be looked up either.
            phone = try? PhoneNumber(contact.recipient)
        } else {
            let number = try PhoneNumber(subject)
            phone = number
            contacts = try await SituationQuery.phone(number, on: database)
        }
        let leads = try await phone.asyncMap { try await LeadQuery.of($0, on: database) } ?? []
        return WhyReport(
            at: contacts.first?.now ?? Date(), phone: phone?.digits,
            name: contacts.lazy.compactMap(\.name).first ?? leads.lazy.compactMap(\.name).first,
            remarks: try await remarks(phone, contacts, leads), enrollments: try await explain(contacts),
            triggers: LeadVerdict.triggers(leads, contacts))
    }

    private func explain(_ contacts: [ContactSituation]) async throws -> [WhyReport.Enrollment] {
        var rooms: [UUID: DeviceRoom] = [:]
        var enrollments: [WhyReport.Enrollment] = []
        for contact in contacts {
            var room: DeviceRoom?
            if Verdict.needsRoom(contact), let device = contact.device {
                if let known = rooms[device.id] {
                    room = known
                } else {
                    let asked = try await DeviceRoom.of(device, self)
                    rooms[device.id] = asked
                    room = asked
                }
            }
            enrollments.append(
                WhyReport.Enrollment(
                    contactID: contact.id, workspace: contact.workspace, sequence: contact.sequence.name,
                    step: contact.step.trigger, status: contact.status, device: contact.device?.name,
                    reasons: Verdict.reasons(contact, room: room)))
        }
        return enrollments
    }

    private func remarks(
        _ phone: PhoneNumber?, _ contacts: [ContactSituation], _ leads: [LeadSituation]
    ) async throws -> [Reason] {
        guard let phone else { return [] }
        var remarks: [Reason] = []
        if contacts.isEmpty, leads.isEmpty {
            remarks.append(
                Reason("lead_unknown", "Nobody with this number is known: there is no lead and no enrollment."))
        }
        let scopes = try await database.query(
            "SELECT workspace_id FROM suppressions WHERE phone = $1 ORDER BY 1 LIMIT 100", [.string(phone.digits)])
        for scope in try scopes.column(String.self, at: 0) {
            let place = scope == "*" ? "everywhere" : "in the workspace \"\(scope)\""
            remarks.append(
                Reason("suppressed", "The number is on the suppression list \(place): nothing is sent to it."))
        }
        return remarks
    }
}

extension Optional {
    fileprivate func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async rethrows -> Value? {
        if let self { try await transform(self) } else { nil }
    }
}
