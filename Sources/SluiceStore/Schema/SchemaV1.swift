/// The first schema, section by section in the order they are run.
///
/// Everything that cannot be added later without rewriting rows is here: the identity of an enrollment, lanes, the
/// claim state machine, fences and slots, cap keys, the ledger's partitions.
enum SchemaV1 {
    static let sections = [
        functions, makeRoom, conditions, userTables, queue, sources, branches, adoptRows, queueIndexes, cluster,
        intakeTables, externalIDs, devices, restores, api, deviceSettings, ledger, workspaceTriggers, leadTriggers,
        movedSequences, sequenceTriggers, sourceTriggers, sourceSettings, enrollmentLimits, branchTriggers,
        contactTriggers, replies, deletions, untouchable,
        triggerLengths, truncateTriggers, controlTriggers, flows, runs, runTriggers, scheduled, scheduledTriggers,
        optOuts, webhooks, events, eventRules, eventTriggers, views, messageLogs, adoptWork, firstLedgerDays,
    ]

    private static let firstLedgerDays = """
        SELECT sluice_ledger_day((now() AT TIME ZONE 'UTC')::date + n) FROM generate_series(-2, 2) n;
        """
}
