import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Whoever is entered by other ways than a lead's trigger.
@Suite struct EntryTests {
    private static func job(_ id: String, to recipient: String, _ text: String = "Your code is 1234") -> Entry {
        var entry = Entry(workspace: "default", kind: "scheduled", source: id, recipient: recipient)
        entry.laneSource = Entry.lane(of: PriorityClass(priority: 3))
        entry.message = OwnMessage(
            type: "image", body: text, mediaURL: "https://example.com/a.png", channel: "sms", metadata: #"{"a": 1}"#)
        return entry
    }

    @Test func anOwnMessageIsSentAsItIs() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            let verdicts = try await world.enter([Self.job("job_1", to: "+49 151-2345678")])
            guard case .entered = verdicts.first else {
                Issue.record("\(verdicts)")
                return
            }
            let cluster = try await Cluster.start(world)
            #expect(try await world.leader.lanes().map(\.priorityClass) == [PriorityClass(priority: 3)])
            let reservation = try #require(try await cluster.reserveAll().first)
            #expect(reservation.recipient == "491512345678")
            #expect(
                reservation.content
                    == MessageContent(kind: .image, text: "Your code is 1234", mediaURL: "https://example.com/a.png"))
            #expect(reservation.channel == "sms" && reservation.metadata == #"{"a": 1}"#)
            try await cluster.settle([reservation], .sent)
            #expect(try await world.contacts()[0].status == "completed")
            try await Counts.expectExact(world)
        }
    }

    @Test func anIdentityIsEnteredOnce() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            let cluster = try await Cluster.start(world)
            try await world.enter([Self.job("job_1", to: "491512345678"), Self.job("job_2", to: "491512345678")])
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            #expect(
                try await world.enter([Self.job("job_1", to: "491512345678")]) == [.exists(status: "completed")])
            #expect(try await world.contacts().map(\.status) == ["completed", "completed"])
            try await Counts.expectExact(world)
        }
    }

    @Test func whatWaitsMovesToAnotherTime() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            var entry = Self.job("job_1", to: "491512345678")
            try await world.enter([entry])
            entry.due = DatabaseTime(microseconds: 4_000_000_000_000_000)
            entry.message?.body = "Later"
            guard case .entered = try await world.enter([Self.job("job_1", to: "491512345678"), entry]).last else {
                Issue.record("not entered")
                return
            }
            let contact = try await world.contacts()[0]
            #expect(contact.generation == 2 && contact.due == entry.due)
            #expect(try await world.sql.query("SELECT body FROM own_messages").scalar(String.self) == "Later")
            try await Counts.expectExact(world)
        }
    }

    @Test func whatIsInFlightIsLetBe() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            let cluster = try await Cluster.start(world)
            try await world.enter([Self.job("job_1", to: "491512345678")])
            let open = try await cluster.reserveAll()
            #expect(try await world.enter([Self.job("job_1", to: "491512345678")]) == [.exists(status: "active")])
            #expect(
                try await world.whileLocked(open[0].claim.contact) {
                    try await world.enter([Self.job("job_1", to: "491512345678")])
                } == [.exists(status: nil)])
            try await cluster.settle(open, .sent)
            #expect(try await world.contacts().map(\.generation) == [1])
        }
    }

    @Test func whoCannotBeSentToIsHeldFailsOrIsCancelled() async throws {
        try await PostgresWorld.with { world in
            #expect(try await world.enter([Self.job("job_0", to: "491512345678")]).count == 1)
            _ = try await world.addDevice("628111111111", workspace: "default")
            try await world.suppressUnnoticed("491510000000")
            try await world.addSource("campaign", "gone", priority: 100)
            try await world.setSource("gone", "cancelled")
            var cancelled = Self.job("gone", to: "491512345678")
            cancelled.kind = "campaign"
            cancelled.laneSource = nil
            let verdicts = try await world.enter([
                Self.job("job_1", to: "n/a"), Self.job("job_2", to: "491510000000"), cancelled,
            ])
            #expect(verdicts.last == .cancelled)
            let contacts = try await world.contacts()
            #expect(contacts.compactMap(\.hold) == ["no_device"])
            #expect(contacts.filter { $0.lastError == "invalid_phone" }.map(\.status) == ["failed"])
            #expect(contacts.filter { $0.lastError == "suppressed" }.map(\.status) == ["cancelled"])
            try await Counts.expectExact(world)
        }
    }

    @Test func peopleOfAGatewayWithIdsOfItsOwnAreNamedByThem() async throws {
        try await PostgresWorld.with { world in
            let page = try await world.addDevice("", workspace: "default")
            try await world.sql.execute(
                script: """
                    INSERT INTO gateways (id, dialect, base_url) VALUES ('m', 'messenger', 'http://localhost');
                    UPDATE device_caps SET gateway_id = 'm';
                    """)
            var entry = Self.job("job_1", to: "24234823048230948")
            entry.device = page
            // Nobody is given a page who did not ask for it.
            try await world.enter([entry, Self.job("job_2", to: "491512345678")])
            let contacts = try await world.contacts()
            #expect(contacts.map(\.hold) == [nil, "no_device"])
            #expect(contacts[0].recipient == "24234823048230948")
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().map(\.recipient) == ["24234823048230948"])
            // Only the recipient's form is not asked about.
            entry.source = "job_3"
            entry.message?.mediaURL = nil
            entry.message?.body = ""
            try await world.enter([entry])
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            #expect(try await world.contacts().compactMap(\.hold).sorted() == ["empty_text", "no_device"])
        }
    }

    @Test func thousandsAreEnteredInOneStatement() async throws {
        try await PostgresWorld.with { world in
            try await world.sql.query(
                "INSERT INTO user_devices (phone) SELECT (628000000000 + n)::text FROM generate_series(1, 200) n")
            let entries = (0..<10_000).map { Self.job("job_\($0)", to: "\(629_000_000_000 + $0)") }
            let start = ContinuousClock.now
            try await world.enter(entries)
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(try await world.sql.query("SELECT count(*) FROM own_messages").scalar(Int64.self) == 10_000)
            try await Counts.expectExact(world)
            while try await world.work.waitingWork().hasCounts { try await world.work.foldCounts() }
            let kept = try await world.sql.query("SELECT source_id, n FROM contact_tallies WHERE kind = 'scheduled'")
            #expect(try kept.map { try $0.decode(String.self, "source_id") } == ["*"])
        }
    }
}
