extension SchemaV1 {
    /// What users write into the queue by hand. Sluice's own sessions say `sluice.internal = on` and pass by.
    static let contactTriggers = """
        CREATE FUNCTION sluice_contact_written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.workspace_id := coalesce(
                (SELECT s.workspace_id FROM sequences s WHERE s.id = NEW.sequence_id),
                nullif(NEW.workspace_id, 'default'), NEW.user_id::text, 'default');
            -- Nobody waits for a branch who has no row in `branch_intake`.
            NEW.status := coalesce(nullif(NEW.status, 'advance'), 'active');
            NEW.source_id := coalesce(NEW.source_id, NEW.sequence_id::text, 'none');
            NEW.recipient := sluice_recipient(NEW.contact_phone, NEW.id);
            NEW.next_trigger_time := coalesce(NEW.next_trigger_time, now());
            NEW.current_trigger := coalesce(NEW.current_trigger, (
                SELECT st.trigger FROM sequence_steps st
                WHERE st.sequence_id = NEW.sequence_id AND st.is_entry_point ORDER BY st.day_number, st.id LIMIT 1));
            NEW.entry_trigger := coalesce(NEW.entry_trigger, NEW.current_trigger);
            NEW.lane_id := NULL;
            NEW.claim_state := 0;
            NEW.claim_batch := NULL;
            NEW.moves := 0;
            -- Attempts and messages are named by the contact's id: one that comes back with its old id enters anew.
            SELECT coalesce(max(attempt), 0), coalesce(max(generation), 0) + 1 INTO NEW.attempts, NEW.generation
                FROM send_ledger WHERE contact_id = NEW.id;
            -- The same enrollment again is dropped. The id belongs to the row that an ON CONFLICT of this INSERT meets.
            IF NEW.external_id IS NOT NULL AND NOT sluice_use_external_id(NEW.workspace_id, NEW.external_id, coalesce(
                (SELECT c.id FROM sequence_contacts c WHERE c.recipient = NEW.recipient
                    AND c.source_id = NEW.source_id AND c.kind = NEW.kind AND c.workspace_id = NEW.workspace_id),
                NEW.id))
            THEN
                RETURN NULL;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_contact_written BEFORE INSERT ON sequence_contacts
            FOR EACH ROW WHEN (\(byUsers)) EXECUTE FUNCTION sluice_contact_written();

        -- What a hand-written UPDATE leaves inconsistent: an active row is held for nothing and has a due time; a
        -- corrected number is who it is.
        CREATE FUNCTION sluice_contact_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            is_elsewhere boolean := NEW.current_trigger IS DISTINCT FROM OLD.current_trigger;
        BEGIN
            NEW.status := coalesce(NEW.status, 'paused');
            -- Where a message stands is Sluice's to write; a program that writes whole rows back writes stale ones. Who
            -- is in nobody's hands may be entered anew.
            NEW.claim_state := OLD.claim_state;
            NEW.claim_batch := OLD.claim_batch;
            NEW.attempts := OLD.attempts;
            NEW.reserved_day := OLD.reserved_day;
            IF OLD.claim_state <> 0 OR coalesce(NEW.generation, 0) <= OLD.generation THEN
                NEW.generation := OLD.generation;
                NEW.moves := OLD.moves;
            END IF;
            -- What may have been sent is not sent again by an UPDATE that may have meant others.
            IF NEW.generation = OLD.generation AND NOT is_elsewhere AND (
                OLD.status = 'unknown' AND NEW.status IN ('active', 'paused', 'advance')
                OR NEW.status = 'active' AND OLD.status IN ('completed', 'failed', 'cancelled') AND EXISTS (
                    SELECT FROM send_ledger l WHERE l.contact_id = NEW.id AND l.generation = NEW.generation
                        AND l.moves = NEW.moves AND l.state = 'unknown'))
            THEN
                RAISE EXCEPTION 'contact % cannot be set %: what became of its last message is unknown',
                    NEW.id, NEW.status USING ERRCODE = 'check_violation', TABLE = 'sequence_contacts', COLUMN = 'status',
                        HINT = format('Say what became of it: sluice unknown mark-sent %1$s --yes, or sluice unknown '
                            'resend %1$s --yes. To change others only, add: AND status <> ''unknown''.', NEW.id);
            END IF;
            IF is_elsewhere THEN
                -- Another step is another message, and nothing is left to decide about the one before. One in flight
                -- is counted by its settlement, which would not find its contact else.
                IF OLD.status NOT IN ('active', 'paused', 'advance') AND NEW.status IN ('active', 'paused')
                    AND NEW.generation = OLD.generation AND OLD.claim_state <> 2
                THEN
                    NEW.moves := OLD.moves + 1;
                END IF;
                DELETE FROM branch_intake i WHERE i.contact_id = NEW.id;
            END IF;
            -- Whoever gives it a device means that one: it returns nowhere.
            IF NEW.assigned_device_id IS DISTINCT FROM OLD.assigned_device_id THEN NEW.home_device_id := NULL; END IF;
            -- Another message is good for a time of its own; so is one of a sequence or a campaign at another time.
            IF (is_elsewhere OR NEW.generation <> OLD.generation OR NOT sluice_is_single(NEW.kind)
                    AND NEW.next_trigger_time IS DISTINCT FROM OLD.next_trigger_time)
                AND NEW.expires_at IS NOT DISTINCT FROM OLD.expires_at
            THEN
                NEW.expires_at := NULL;
            END IF;
            IF NEW.contact_phone IS DISTINCT FROM OLD.contact_phone THEN
                NEW.recipient := sluice_recipient(NEW.contact_phone, NEW.id);
                IF NEW.hold_reason = 'invalid_phone' AND sluice_digits(NEW.contact_phone) IS NOT NULL THEN
                    NEW.status := 'active';
                END IF;
            END IF;
            -- One whose branch is not decided is not active, whatever somebody sets: it has had the message it stands
            -- at. And nobody waits for a branch that is decided.
            IF NEW.status = 'advance' OR NEW.status = 'active' AND OLD.status IS DISTINCT FROM 'active' THEN
                NEW.status := CASE WHEN EXISTS (SELECT FROM branch_intake i WHERE i.contact_id = NEW.id
                        AND i.generation = NEW.generation AND i.moves = NEW.moves) THEN 'advance' ELSE 'active' END;
            END IF;
            IF NEW.status = 'active' THEN
                IF NEW.hold_reason IS NOT NULL THEN
                    NEW.hold_reason := NULL;
                    NEW.last_error := NULL;
                    NEW.lane_id := CASE WHEN NEW.claim_state = 0 THEN NULL ELSE NEW.lane_id END;
                END IF;
                NEW.next_trigger_time := coalesce(NEW.next_trigger_time, now());
            ELSIF NEW.status NOT IN ('paused', 'advance') THEN
                NEW.hold_reason := NULL;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_contact_corrected BEFORE UPDATE ON sequence_contacts
            FOR EACH ROW WHEN (\(byUsers)) EXECUTE FUNCTION sluice_contact_corrected();

        CREATE FUNCTION sluice_contacts_inserted() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
        BEGIN
            INSERT INTO enrollment_intake (op, contact_id, workspace_id)
                SELECT 'place', id, workspace_id FROM new_contacts WHERE status = 'active';
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
                SELECT workspace_id, kind, source_id, status, count(*) FROM new_contacts GROUP BY 1, 2, 3, 4;
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_contacts_inserted AFTER INSERT ON sequence_contacts
            REFERENCING NEW TABLE AS new_contacts
            FOR EACH STATEMENT WHEN (\(byUsers)) EXECUTE FUNCTION sluice_contacts_inserted();

        CREATE FUNCTION sluice_contacts_updated() RETURNS trigger LANGUAGE plpgsql
        SET jit = off SET enable_nestloop = off AS $$
        BEGIN
            INSERT INTO enrollment_intake (op, contact_id, workspace_id)
                SELECT 'place', n.id, n.workspace_id
                FROM old_contacts o JOIN new_contacts n USING (id)
                WHERE n.status = 'active'
                  AND (n.assigned_device_id IS DISTINCT FROM o.assigned_device_id OR n.lane_id IS NULL);
            INSERT INTO lane_wakes (lane_id, due)
                SELECT n.lane_id, min(n.next_trigger_time) FROM new_contacts n
                WHERE n.status = 'active' AND n.lane_id IS NOT NULL AND n.next_trigger_time IS NOT NULL
                GROUP BY n.lane_id;
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
                SELECT workspace_id, kind, source_id, status, sum(n) FROM (
                    SELECT n.workspace_id, n.kind, n.source_id, n.status, 1 AS n
                    FROM old_contacts o JOIN new_contacts n USING (id)
                    WHERE (n.workspace_id, n.kind, n.source_id, n.status)
                        IS DISTINCT FROM (o.workspace_id, o.kind, o.source_id, o.status)
                    UNION ALL
                    SELECT o.workspace_id, o.kind, o.source_id, o.status, -1
                    FROM old_contacts o JOIN new_contacts n USING (id)
                    WHERE (n.workspace_id, n.kind, n.source_id, n.status)
                        IS DISTINCT FROM (o.workspace_id, o.kind, o.source_id, o.status)
                    UNION ALL
                    SELECT v.workspace_id, v.kind, v.source_id, 'in_flight', v.n
                    FROM old_contacts o JOIN new_contacts n USING (id) CROSS JOIN LATERAL (VALUES
                        (n.workspace_id, n.kind, n.source_id, 1), (o.workspace_id, o.kind, o.source_id, -1))
                        v(workspace_id, kind, source_id, n)
                    WHERE o.claim_state = 2 AND (n.workspace_id, n.kind, n.source_id)
                        IS DISTINCT FROM (o.workspace_id, o.kind, o.source_id)) c
                GROUP BY 1, 2, 3, 4;
            INSERT INTO progress_intake (kind, contact_id)
                SELECT n.kind, n.id FROM old_contacts o JOIN new_contacts n USING (id)
                WHERE sluice_is_single(n.kind) AND (n.status, n.next_trigger_time)
                    IS DISTINCT FROM (o.status, o.next_trigger_time);
            NOTIFY sluice_intake;
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_contacts_updated AFTER UPDATE ON sequence_contacts
            REFERENCING OLD TABLE AS old_contacts NEW TABLE AS new_contacts
            FOR EACH STATEMENT WHEN (\(byUsers)) EXECUTE FUNCTION sluice_contacts_updated();

        CREATE FUNCTION sluice_contacts_deleted() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
        BEGIN
            INSERT INTO contact_tally_changes (workspace_id, kind, source_id, status, n)
                SELECT workspace_id, kind, source_id, status, -count(*) FROM old_contacts GROUP BY 1, 2, 3, 4
                UNION ALL
                SELECT workspace_id, kind, source_id, 'in_flight', -count(*) FROM old_contacts
                WHERE claim_state = 2 GROUP BY 1, 2, 3;
            DELETE FROM own_messages m USING old_contacts o WHERE m.contact_id = o.id AND sluice_is_single(o.kind);
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_contacts_deleted AFTER DELETE ON sequence_contacts
            REFERENCING OLD TABLE AS old_contacts
            FOR EACH STATEMENT WHEN (\(byUsers)) EXECUTE FUNCTION sluice_contacts_deleted();

        -- However the number is written, it is kept as contacts have it, so that an opt-out never misses anybody.
        CREATE FUNCTION sluice_suppression_written() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            digits text := sluice_digits(NEW.phone);
        BEGIN
            IF digits IS NULL THEN
                RAISE EXCEPTION 'a suppression names a phone number of 7-15 digits, not "%"', left(NEW.phone, 40)
                    USING ERRCODE = 'check_violation', TABLE = 'suppressions', COLUMN = 'phone';
            END IF;
            NEW.phone := digits;
            RETURN NEW;
        END $$;
        CREATE TRIGGER sluice_suppression_written BEFORE INSERT OR UPDATE OF phone ON suppressions
            FOR EACH ROW EXECUTE FUNCTION sluice_suppression_written();

        -- Somebody who opts out leaves the queue at once; a request already open is past recall. With the owner's rights:
        -- who may suppress numbers need not be let write contacts for it.
        CREATE FUNCTION sluice_suppressed() RETURNS trigger LANGUAGE plpgsql
            SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            UPDATE sequence_contacts c
                SET status = 'cancelled', last_error = 'suppressed', hold_reason = NULL, completed_at = now()
                FROM new_suppressions s
                WHERE c.recipient = s.phone AND s.workspace_id IN ('*', c.workspace_id)
                  AND c.status IN ('active', 'paused', 'advance');
            RETURN NULL;
        END $$;
        CREATE TRIGGER sluice_suppressed AFTER INSERT ON suppressions
            REFERENCING NEW TABLE AS new_suppressions FOR EACH STATEMENT EXECUTE FUNCTION sluice_suppressed();
        """
}
