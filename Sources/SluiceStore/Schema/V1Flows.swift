extension SchemaV1 {
    /// Flows as users draw them. What the queue goes by are the steps that the leader compiles of them.
    static let flows = """
        -- A save in which `nodes` or `edges` changed is compiled to a new version; who is under way goes on by theirs.
        CREATE FUNCTION sluice_flows_written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.workspace_id := coalesce(NEW.user_id::text, NEW.workspace_id, 'default');
            NEW.updated_at := now();
            IF TG_OP = 'INSERT' OR (NEW.nodes::jsonb, NEW.edges::jsonb, NEW.workspace_id)
                IS DISTINCT FROM (OLD.nodes::jsonb, OLD.edges::jsonb, OLD.workspace_id)
            THEN
                NEW.is_compiled := false;
                INSERT INTO work_intake (area, item) VALUES ('flow', NEW.id::text);
                NOTIFY sluice_intake;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_flows_written BEFORE INSERT OR UPDATE ON flows
            FOR EACH ROW WHEN (NOT sluice_is_internal()) EXECUTE FUNCTION sluice_flows_written();

        CREATE UNIQUE INDEX sluice_steps_flow ON sequence_steps (flow_id, node_id, trigger) WHERE flow_id IS NOT NULL;
        INSERT INTO work_intake (area, item) SELECT 'flow', id::text FROM flows;
        """
}
