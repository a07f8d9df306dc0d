"""The statements of services/seeding.py. A batch lives in the temporary table `seeded` until its steps are made."""

APPS = """
INSERT INTO builds_app (name, owner, contact, url, is_active, last_build_number, created_at)
SELECT 'seed-' || number, 'team-' || number %% 40, '', '', true, 0, now()
FROM generate_series(1, %(apps)s) AS number
ON CONFLICT (name) DO NOTHING
"""

# A few apps build most often; each keeps to its stack and, for months, to its series.
BUILDS = """
CREATE TEMPORARY TABLE seeded AS
WITH drawn AS (
    SELECT number, floor(%(apps)s * power(random(), 2.5))::int + 1 AS app_number,
           random() AS fate, random() AS length, random() AS choice, random() AS patch
    FROM generate_series(1, %(batch)s) AS number
), placed AS (
    SELECT drawn.*, app.id AS app_id, app.last_build_number,
           %(begin)s::timestamptz + (%(end)s::timestamptz - %(begin)s::timestamptz) * (number::float / %(batch)s)
               AS created_at,
           1 + (app_number * 7 + floor(patch * 1.3)::int) %% cardinality(%(versions)s::text[]) AS release,
           (%(picks)s::int[])[1 + floor(choice * cardinality(%(picks)s::int[]))::int] AS pick,
           fate > 0.86 AND fate <= 0.985 AS has_failed
    FROM drawn JOIN builds_app AS app ON app.name = 'seed-' || app_number
)
SELECT nextval(pg_get_serial_sequence('builds_build', 'id')) AS id, app_id, app_number, created_at, release, pick,
       last_build_number + row_number() OVER (PARTITION BY app_id ORDER BY created_at, number) AS number,
       (%(stacks)s::text[])[1 + app_number %% cardinality(%(stacks)s::text[])] AS stack,
       CASE WHEN NOT has_failed THEN CASE WHEN fate > 0.985 THEN 'cancelled' ELSE 'succeeded' END
            WHEN (%(codes)s::text[])[pick] = 'build::lost' THEN 'lost' ELSE 'failed' END AS status,
       CASE WHEN has_failed THEN (%(codes)s::text[])[pick] ELSE '' END AS failure_code,
       CASE WHEN has_failed THEN (%(details)s::text[])[pick] ELSE '' END AS failure_detail,
       CASE WHEN has_failed THEN (%(lines)s::text[])[pick] ELSE '' END AS line,
       CASE WHEN has_failed THEN (%(groups)s::bigint[])[pick] END AS failure_group_id,
       interval '1 second' * (12 + 25 * -ln(1 - length * 0.995)) AS took,
       (%(versions)s::text[])[release] AS python_version, (%(majors)s::int[])[release] AS python_major,
       (%(minors)s::int[])[release] AS python_minor, (%(patches)s::int[])[release] AS python_patch,
       %(revision)s::int AS revision
FROM placed
"""

NUMBERS = """
UPDATE builds_app SET last_build_number = newest.number
FROM (SELECT app_id, max(number) AS number FROM seeded GROUP BY app_id) AS newest WHERE builds_app.id = newest.app_id
"""

INSERTS = """
INSERT INTO builds_build (
    id, app_id, number, stack, arch, status, trigger, source, builder, requested_by_name, idempotency_scope,
    idempotency_key, idempotency_digest, claim_key, cancel_requested_by_name, ruleset, revision, package_manager,
    request_version, request_origin, python_version, python_major, python_minor, python_patch, is_python_pinned,
    warnings, detection, failure_code, failure_detail, failure_group_id, report, finish_digest, created_at, started_at,
    finished_at
)
SELECT id, app_id, number, stack, 'amd64', status, 'push',
       jsonb_build_object('kind', 'git', 'ref', left(md5(id::text), 12)),
       '{"name": "runtime-portal builder", "version": "0.1.0"}', 'token builder', '', '', '', '', '', 'documented',
       revision, CASE WHEN app_number % 5 = 0 THEN 'pipenv' ELSE 'pip' END, python_major || '.' || python_minor,
       CASE app_number % 3 WHEN 0 THEN 'default' ELSE 'runtime.txt' END, python_version, python_major, python_minor,
       python_patch, app_number % 4 = 0, '[]',
       jsonb_build_object(
           'revision', revision, 'ruleset', 'documented', 'detected', true, 'package_manager', 'pip',
           'request', jsonb_build_object('version', python_major || '.' || python_minor, 'origin', 'runtime.txt'),
           'release', jsonb_build_object('version', python_version, 'pinned', false, 'outdated', false)
       ),
       failure_code, failure_detail, failure_group_id,
       jsonb_build_object('packages', jsonb_build_object('flask', '3.0.' || number % 4, 'gunicorn', '22.0.0')), '',
       created_at, created_at, created_at + took
FROM seeded
"""

# One log a build, of the step that prints most, with the line that tells the failure at its end.
PRINTED = """
CREATE TEMPORARY TABLE seeded_steps AS
SELECT nextval(pg_get_serial_sequence('builds_step', 'id')) AS step_id, seeded.id AS build_id, step.name, begins,
       lasts, took, created_at, step.place = failing.place AS is_failed, step.place > failing.place AS is_behind,
       step.name = 'post_compile' AND app_number % 3 > 0 AND step.place <> failing.place AS is_absent,
       CASE WHEN step.place = least(failing.place, 5) AND step.place NOT IN (1, 3) THEN convert_to(
           'Collecting flask==3.0.' || number % 4 || E'\\n  Using cached flask-3.0-py3-none-any.whl (101 kB)\\n'
           || E'Collecting gunicorn==22.0.0\\nInstalling collected packages: flask, gunicorn\\n'
           || CASE WHEN line = '' THEN 'Successfully installed flask gunicorn' ELSE line END || E'\\n', 'UTF8')
       END AS data
FROM seeded
CROSS JOIN (VALUES
    (1, 'detect', 0.0, 0.01), (2, 'pre_compile', 0.01, 0.09), (3, 'resolve', 0.1, 0.01),
    (4, 'install_python', 0.11, 0.2), (5, 'install_dependencies', 0.31, 0.59), (6, 'post_compile', 0.9, 0.1)
) AS step (place, name, begins, lasts)
CROSS JOIN LATERAL (SELECT CASE
    WHEN failure_code LIKE 'hooks::pre%' THEN 2 WHEN failure_code LIKE 'python-version%' THEN 3
    WHEN failure_code LIKE 'install-dep%' OR failure_code = 'build::lost' THEN 5
    WHEN failure_code <> '' THEN 6 ELSE 99 END AS place) AS failing
ORDER BY seeded.id, step.place
"""

STEPS = """
INSERT INTO builds_step (
    id, build_id, name, status, exit_code, command, skip_reason, started_at, finished_at, duration_ms, log_size,
    log_newlines, is_log_line_open, is_log_masked
)
SELECT step_id, build_id, name,
       CASE WHEN is_failed THEN 'failed' WHEN is_behind OR is_absent THEN 'skipped' ELSE 'succeeded' END,
       CASE WHEN is_failed THEN 1 END, '',
       CASE WHEN is_behind THEN 'The build ended before this step.' WHEN is_absent THEN 'not present' ELSE '' END,
       CASE WHEN NOT is_behind AND NOT is_absent THEN created_at + took * begins END,
       created_at + took * (begins + lasts),
       CASE WHEN NOT is_behind AND NOT is_absent THEN extract(epoch FROM took * lasts) * 1000 END,
       coalesce(length(data), 0), CASE WHEN data IS NULL THEN 0 ELSE 5 END, false, false
FROM seeded_steps
"""

CHUNKS = """
INSERT INTO builds_logchunk (step_id, "offset", "end", newlines_before, data, received_at)
SELECT step_id, 0, length(data), 0, data, created_at FROM seeded_steps WHERE data IS NOT NULL
"""
