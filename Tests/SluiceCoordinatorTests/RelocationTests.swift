import TestSupport
import Testing

extension CoordinatorSuite {
    /// The leader moves contacts off devices that cannot send.
    @Suite struct RelocationTests {
        @Test func contactsLeaveAPausedDeviceAndReturn() async throws {
            try await NodeGround.with { ground in
                try await ground.addWork(devices: 2, leadsEach: 3)
                try await ground.execute("UPDATE sequences SET device_choice = 'prefer'")
                try await ground.withCoordinator("c-1") { _ in
                    try await expectOnFirst(3, ground)
                    try await ground.execute(Self.setPaused("now()"))
                    try await expectOnFirst(0, ground)
                    try await ground.execute(Self.setPaused("NULL"))
                    try await expectOnFirst(3, ground)
                }
            }
        }

        private static func setPaused(_ time: String) -> String {
            """
            UPDATE device_caps SET paused_at = \(time)
            WHERE device_id = (SELECT id FROM user_devices WHERE device_name = 'device-1')
            """
        }

        /// Waits until so many of the six contacts are on the first device: far less than the leader's own look takes.
        private func expectOnFirst(_ count: Int, _ ground: NodeGround) async throws {
            try await eventually("\(count) contacts on the first device") {
                try await ground.number(
                    """
                    SELECT count(*) * 10 + count(*) FILTER (WHERE d.device_name = 'device-1')
                    FROM sequence_contacts c JOIN lanes l ON l.id = c.lane_id JOIN user_devices d ON d.id = l.device_id
                    """) == 60 + count
            }
        }
    }
}
