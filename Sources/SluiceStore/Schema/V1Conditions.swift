extension SchemaV1 {
    /// Conditions on a person: the language of `sequence_branches.condition`, and of whatever else decides by who
    /// somebody is. What may be written (`sluice_condition_problem`) and what it means (`sluice_condition_holds`) stand
    /// here and nowhere else; docs/branches.md tells users.
    ///
    /// A condition is `{"field": …, <one operator>: …}`, or `{"all": […]}`, `{"any": […]}`, `{"not": {…}}` around
    /// others. Texts are compared as they are, blanks around them dropped; a field that is NULL or blank is absent: it
    /// equals nothing, and so differs from everything. There is no order of numbers, because no field of a lead is one.
    ///
    /// Judging never fails: what is valid is checked when it is written, and what got in otherwise stops nobody.
    static let conditions = """
        -- Why a condition cannot be used, NULL when it can.
        CREATE OR REPLACE FUNCTION sluice_condition_problem(condition jsonb, depth int DEFAULT 1) RETURNS text
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        DECLARE
            shown text := left(condition::text, 100);
            fields CONSTANT text[] := ARRAY[\(conditionFields.map { "'\($0)'" }.joined(separator: ", "))];
            operators CONSTANT text[] :=
                ARRAY['equals', 'not_equals', 'in', 'contains', 'starts_with', 'exists'];
            keys text[];
            operand jsonb;
        BEGIN
            IF condition IS NULL OR jsonb_typeof(condition) <> 'object' THEN
                RETURN format('%s is no condition: one is an object', coalesce(shown, 'NULL'));
            ELSIF depth = 1 AND length(condition::text) > \(longestCondition) THEN
                RETURN 'it is longer than \(longestCondition) characters';
            ELSIF depth > \(deepestCondition) THEN
                RETURN 'it is nested deeper than \(deepestCondition)';
            END IF;
            keys := ARRAY(SELECT jsonb_object_keys(condition) ORDER BY 1);
            IF keys && ARRAY['all', 'any', 'not'] THEN
                operand := condition -> keys[1];
                IF cardinality(keys) > 1 THEN
                    RETURN format('in %s, "all", "any" and "not" stand alone', shown);
                ELSIF keys[1] = 'not' THEN
                    RETURN sluice_condition_problem(operand, depth + 1);
                ELSIF jsonb_typeof(operand) <> 'array' OR operand = '[]' THEN
                    RETURN format('"%s" takes a list of at least one condition', keys[1]);
                END IF;
                RETURN (SELECT p FROM jsonb_array_elements(operand) WITH ORDINALITY e(one, place),
                        sluice_condition_problem(e.one, depth + 1) p
                    WHERE p IS NOT NULL ORDER BY e.place LIMIT 1);
            ELSIF NOT keys @> ARRAY['field'] THEN
                RETURN format('%s names no field', shown);
            ELSIF (condition ->> 'field' = ANY (fields)) IS NOT TRUE THEN
                RETURN format('there is no field %s; there are %s', condition -> 'field',
                    array_to_string(fields, ', '));
            END IF;
            keys := array_remove(keys, 'field');
            IF cardinality(keys) <> 1 OR NOT keys <@ operators THEN
                RETURN format('%s must have one operator: %s', shown, array_to_string(operators, ', '));
            ELSIF condition ->> 'field' = 'trigger' AND keys[1] NOT IN ('contains', 'exists') THEN
                RETURN format('a lead has a list of triggers: ask with "contains" or "exists", not with "%s"', keys[1]);
            END IF;
            operand := condition -> keys[1];
            RETURN CASE
                WHEN keys[1] = 'exists' THEN CASE WHEN jsonb_typeof(operand) <> 'boolean'
                    THEN format('"exists" takes true or false, not %s', left(operand::text, 100)) END
                WHEN keys[1] = 'in' THEN CASE WHEN jsonb_typeof(operand) <> 'array' OR operand = '[]'
                        OR jsonb_path_exists(operand, 'strict $[*] ? (@.type() != "string")')
                    THEN format('"in" takes a list of texts, not %s', left(operand::text, 100)) END
                WHEN jsonb_typeof(operand) <> 'string' OR operand = '""'
                    THEN format('"%s" takes a text, not %s', keys[1], left(operand::text, 100))
            END;
        END $$;

        -- Whether a person of these fields meets a condition.
        CREATE OR REPLACE FUNCTION sluice_condition_holds(condition jsonb, fields jsonb) RETURNS boolean
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        DECLARE
            value text;
        BEGIN
            IF condition ? 'field' THEN
                value := nullif(btrim(fields ->> (condition ->> 'field')), '');
                RETURN CASE
                    WHEN condition ? 'equals' THEN coalesce(value = condition ->> 'equals', false)
                    WHEN condition ? 'not_equals' THEN value IS DISTINCT FROM condition ->> 'not_equals'
                    WHEN condition ? 'in' THEN coalesce(condition -> 'in' ? value, false)
                    WHEN condition ? 'starts_with' THEN coalesce(starts_with(value, condition ->> 'starts_with'), false)
                    WHEN condition ? 'exists' THEN (value IS NOT NULL) = (condition -> 'exists' = 'true')
                    WHEN condition ->> 'field' = 'trigger'
                        -- Whole triggers: fit is not in fitness_start.
                        THEN condition ->> 'contains' IN (SELECT t FROM sluice_triggers(value) t)
                    ELSE coalesce(strpos(value, condition ->> 'contains') > 0, false)
                END;
            ELSIF jsonb_typeof(condition -> 'all') = 'array' THEN
                RETURN NOT EXISTS (SELECT FROM jsonb_array_elements(condition -> 'all') c
                    WHERE NOT sluice_condition_holds(c, fields));
            ELSIF jsonb_typeof(condition -> 'any') = 'array' THEN
                RETURN EXISTS (SELECT FROM jsonb_array_elements(condition -> 'any') c
                    WHERE sluice_condition_holds(c, fields));
            END IF;
            RETURN condition ? 'not' AND NOT sluice_condition_holds(condition -> 'not', fields);
        END $$;
        """

    static let conditionFields = ["name", "phone", "email", "niche", "status", "time_zone", "trigger", "reply"]
    /// Conditions within conditions, the outermost counted.
    private static let deepestCondition = 8
    /// Characters of a condition: with the depth, what bounds the work of judging one.
    private static let longestCondition = 8_000

    /// The fields of a contact `contact`, whose lead, if it has one, is `lead`: what the contact itself knows stands in
    /// for what the lead does not. The number is its digits, as it is sent to.
    static func conditionFields(contact: String, lead: String) -> String {
        """
        jsonb_build_object('name', coalesce(\(lead).name, \(contact).contact_name),
            'phone', coalesce(sluice_digits(\(lead).phone), \(contact).recipient), 'email', \(lead).email,
            'niche', \(lead).niche, 'status', \(lead).status,
            'time_zone', coalesce(\(lead).time_zone, \(contact).time_zone), 'trigger', \(lead).trigger,
            'reply', \(contact).last_reply)
        """
    }
}
