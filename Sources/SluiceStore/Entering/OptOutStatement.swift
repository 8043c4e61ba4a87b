/// Contacts who have told their gateway that they want nothing more are suppressed as if they had told us. `$1`: rows of
/// the intake, `$2`: whether for all workspaces.
enum OptOutStatement {
    static let sql = """
        WITH told AS (DELETE FROM work_intake WHERE id = ANY ($1::bigint[]) RETURNING item::uuid AS contact)
        SELECT sluice_opted_out(array_agg(contact), $2) FROM told
        """
}
