internal import FoundationEssentials
internal import PostgresDriver

extension OperatorSession {
    /// What a person or one enrollment waits for, and until when.
    /// - Parameters:
    ///   - subject: a phone number, the id of a contact or of a lead, or what stands in leads for a phone and is none.
    ///   - workspace: what is in others is not seen; nil: all are.
    /// - Throws: ``OperationsError/malformedPhone(given:)`` when it is none of these;
    ///   ``OperationsError/notFound(kind:given:nearest:)`` for an id nobody has.
    public func why(_ subject: String, in workspace: String? = nil) async throws -> WhyReport {
        let (phone, found, leads) = try await find(subject, workspace)
        var contacts = found
        let intake = IntakePace(
            oldestSeconds: try await IntakeQueries.oldestSeconds(database, within: .seconds(2)))
        for index in contacts.indices { contacts[index].intake = intake }
        return WhyReport(
            at: contacts.first?.now ?? Date(), phone: phone?.digits,
            name: contacts.lazy.compactMap(\.name).first ?? leads.lazy.compactMap(\.name).first,
            remarks: try await remarks(phone, subject, contacts, leads, workspace),
            enrollments: try await explain(contacts),
            triggers: LeadVerdict.triggers(leads, contacts, intake))
    }

    private typealias Found = (phone: PhoneNumber?, contacts: [ContactSituation], leads: [LeadSituation])

    private func find(_ subject: String, _ workspace: String?) async throws -> Found {
        if let id = UUID(uuidString: subject) { return try await find(id, given: subject, workspace) }
        do {
            let phone = try PhoneNumber(subject)
            return (
                phone, try await SituationQuery.phone(phone, in: workspace, on: database),
                try await LeadQuery.of(phone, in: workspace, on: database)
            )
        } catch let malformed as OperationsError {
            let leads = try await LeadQuery.malformed(subject, in: workspace, on: database)
            guard !leads.isEmpty else { throw malformed }
            return (nil, try await SituationQuery.leads(leads.map(\.id), in: workspace, on: database), leads)
        }
    }

    private func find(_ id: UUID, given: String, _ workspace: String?) async throws -> Found {
        let contacts = try await SituationQuery.contact(id, in: workspace, on: database)
        if let contact = contacts.first {
            // A held contact's number may be no number at all; then its leads cannot be looked up either.
            let phone = try? PhoneNumber(contact.recipient)
            let leads = try await phone.asyncMap { try await LeadQuery.of($0, in: workspace, on: database) }
            return (phone, contacts, leads ?? [])
        }
        let leads = try await LeadQuery.lead(id, in: workspace, on: database)
        guard !leads.isEmpty else { throw OperationsError.notFound(kind: "contact or lead", given: given, nearest: []) }
        return (nil, try await SituationQuery.leads([id], in: workspace, on: database), leads)
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
                    contactID: contact.id, workspace: contact.workspace,
                    sequence: SourceWords.source(contact.sequence.kind, contact.sequence.name),
                    step: contact.step.trigger, status: contact.status, device: contact.device?.name,
                    reasons: Verdict.reasons(contact, room: room, windows: windows)))
        }
        return enrollments
    }

    private func remarks(
        _ phone: PhoneNumber?, _ given: String, _ contacts: [ContactSituation], _ leads: [LeadSituation],
        _ workspace: String?
    ) async throws -> [Reason] {
        guard let phone else { return [] }
        var remarks = try await WaitingRuns.reasons(of: phone, given: given, in: workspace, on: database)
        if remarks.isEmpty, contacts.isEmpty, leads.isEmpty {
            remarks.append(
                Reason("lead_unknown", "Nobody with this number is known: there is no lead and no enrollment."))
        }
        let scopes = try await database.query(
            """
            SELECT workspace_id FROM suppressions
            WHERE phone = $1 AND ($2::text IS NULL OR workspace_id IN ('*', $2)) ORDER BY 1 LIMIT 100
            """, [.string(phone.digits), .string(workspace)])
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
