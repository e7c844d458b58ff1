SELECT
SELECT 1
select 1;
SELECT 1 AS one, 2 two
SELECT * FROM customers
SELECT c.* FROM customers c
SELECT customers FROM customers LIMIT 1
SELECT FROM customers
SELECT ALL id FROM customers
SELECT DISTINCT status FROM orders
SELECT DISTINCT ON (customer_id) customer_id, total FROM orders ORDER BY customer_id, total DESC
SELECT DISTINCT ON (customer_id, status) * FROM orders ORDER BY customer_id, status
TABLE customers
TABLE ONLY customers
TABLE app.settings
VALUES (1, 'a'), (2, 'b')
VALUES (1), (2) ORDER BY 1 DESC LIMIT 1
(SELECT 1)
((SELECT 1))
(((SELECT 1) UNION (SELECT 2)) EXCEPT (SELECT 3)) ORDER BY 1
(VALUES (1))
(TABLE edges)
(WITH a AS (SELECT 1) SELECT * FROM a)
SELECT 1 UNION SELECT 2
SELECT 1 UNION ALL SELECT 2 ORDER BY 1
SELECT 1 INTERSECT SELECT 1
SELECT 1 INTERSECT ALL SELECT 1
SELECT 1 EXCEPT SELECT 2
SELECT 1 UNION DISTINCT VALUES (2) UNION ALL SELECT 3
SELECT a, b FROM edges UNION ALL TABLE ONLY edges
SELECT a, b FROM edges UNION ALL (TABLE edges)
SELECT id FROM customers WHERE id = 1
SELECT id FROM customers WHERE id IN (1, 2, 3)
SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)
SELECT id FROM customers WHERE id = ANY (ARRAY[1, 2])
SELECT id FROM customers WHERE id = ANY ('{1,2}'::int[])
SELECT id FROM customers WHERE id > ALL (SELECT 1)
SELECT id FROM customers WHERE id = SOME (SELECT 1)
SELECT id FROM customers WHERE EXISTS (SELECT FROM orders WHERE customer_id = customers.id)
SELECT id FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id)
SELECT id FROM customers WHERE (id, name) = (1, 'c1')
SELECT id FROM customers WHERE (id, name) IN ((1, 'c1'), (2, 'c2'))
SELECT id FROM customers WHERE ROW(id, name) = ROW(1, 'c1')
SELECT id FROM customers WHERE name IS DISTINCT FROM email
SELECT id FROM customers WHERE name IS NOT DISTINCT FROM email
SELECT id FROM customers WHERE (name IS DISTINCT FROM email) AND (email IS NOT DISTINCT FROM name)
SELECT count(*) FROM customers a JOIN orders b ON a.id IS NOT DISTINCT FROM b.id, edges
SELECT id FROM customers WHERE name LIKE 'c%' AND email NOT LIKE 'd%'
SELECT id FROM customers WHERE name ILIKE ('C' || '%')
SELECT id FROM customers WHERE name NOT ILIKE ('x')
SELECT id FROM customers WHERE name LIKE ('c' || '%') ESCAPE '\'
SELECT id FROM customers WHERE name LIKE 'c!_%' ESCAPE ('!')
SELECT id FROM customers WHERE name SIMILAR TO ('c(1|2)')
SELECT id FROM customers WHERE name NOT SIMILAR TO 'c(1|2)' ESCAPE '#'
SELECT id FROM customers WHERE name ~ '^c' AND name !~* 'X' AND name ~* ('c') AND name !~ 'z'
SELECT id FROM customers WHERE id BETWEEN 1 AND 10
SELECT id FROM customers WHERE id NOT BETWEEN (1) AND (10)
SELECT id FROM customers WHERE id BETWEEN SYMMETRIC 10 AND 1
SELECT id FROM customers WHERE active IS TRUE AND active IS NOT FALSE AND active IS NOT UNKNOWN
SELECT id FROM customers WHERE email ISNULL OR email NOTNULL
SELECT id FROM customers WHERE (created, created) OVERLAPS (now(), interval '1 day')
SELECT id FROM customers WHERE created > now() - interval '1 day'
SELECT id FROM customers WHERE created > CURRENT_DATE - 7 AND created < CURRENT_TIMESTAMP(3)
SELECT id FROM customers ORDER BY id
SELECT id FROM customers ORDER BY (id) DESC NULLS LAST, (name) ASC NULLS FIRST
SELECT id FROM customers ORDER BY id USING >
SELECT id FROM customers ORDER BY name COLLATE "C"
SELECT id FROM customers LIMIT 1 OFFSET 2
SELECT id FROM customers LIMIT (1 + 1) OFFSET (2)
SELECT id FROM customers LIMIT ALL
SELECT id FROM customers OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY
SELECT id FROM customers ORDER BY id FETCH FIRST (1 + 1) ROWS WITH TIES
SELECT id FROM customers FETCH NEXT ROW ONLY
SELECT id FROM customers FETCH FIRST ROW ONLY
SELECT id FROM customers FOR READ ONLY
SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id
SELECT c.name FROM customers c INNER JOIN orders o ON (o.customer_id = c.id) LEFT JOIN items i ON (i.order_id = o.id)
SELECT c.name FROM customers c LEFT OUTER JOIN orders o USING (id)
SELECT c.name FROM customers c LEFT JOIN orders o USING (id) AS j
SELECT * FROM customers NATURAL JOIN orders
SELECT * FROM customers NATURAL LEFT JOIN orders
SELECT * FROM customers c CROSS JOIN edges
SELECT * FROM customers c FULL OUTER JOIN orders o ON c.id = o.id
SELECT * FROM customers c RIGHT JOIN (orders o JOIN items i ON i.order_id = o.id) ON o.customer_id = c.id
SELECT * FROM (customers c JOIN orders o ON c.id = o.customer_id)
SELECT * FROM ((customers c CROSS JOIN orders o) JOIN items i ON i.order_id = o.id) AS j
SELECT * FROM customers JOIN (SELECT customer_id, sum(total) FROM orders GROUP BY 1) AS t(customer_id, s) ON t.customer_id = customers.id
SELECT * FROM customers c LEFT JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = c.id LIMIT 1) l ON true
SELECT * FROM customers c, LATERAL (SELECT c.id * 2) AS d(x)
SELECT * FROM customers c CROSS JOIN LATERAL unnest(c.tags) AS t(tag)
SELECT * FROM customers c, unnest(c.tags) WITH ORDINALITY AS t(tag, n)
SELECT * FROM customers c, unnest(c.tags) WITH ORDINALITY t(tag, n)
SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b']) AS u(a, b)
SELECT * FROM unnest(ARRAY[1,2], ARRAY['a','b']) u(a, b)
SELECT * FROM generate_series(1, 3) g
SELECT * FROM generate_series(1, 3) AS g(n)
SELECT * FROM generate_series(1, 3) g(n)
SELECT * FROM generate_series('2024-01-01'::timestamp, '2024-01-02', '1 hour') AS "hours"
SELECT * FROM ROWS FROM (generate_series(1, 3), generate_series(1, 2)) AS r(a, b)
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['x'])) WITH ORDINALITY r(a, b, n)
SELECT * FROM ROWS FROM (json_to_recordset('[{"a":1}]') AS (a int, b numeric(10,2)), generate_series(1, 2)) AS t
SELECT * FROM json_to_record('{"a":1,"b":"x"}') AS x(a int, b text)
SELECT * FROM json_to_recordset('[{"a":1}]') AS x(a int, b varchar(10), c numeric(5,2), d timestamp(3) with time zone, e bit varying(5), f character varying(20))
SELECT * FROM jsonb_to_recordset('[{"a":1}]'::jsonb) x(a int)
SELECT * FROM jsonb_each('{"a":1}') e(k, v)
SELECT * FROM jsonb_array_elements('[1,2]') WITH ORDINALITY
SELECT * FROM jsonb_populate_record(NULL::address, '{"street":"x"}')
SELECT * FROM regexp_split_to_table('a b', ' ') AS w
SELECT * FROM string_to_table('a,b', ',') AS s(v)
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(id, name)
SELECT * FROM (VALUES (1)) v (x)
SELECT * FROM customers AS c (a, b) LIMIT 1
SELECT * FROM customers c (a, b) LIMIT 1
SELECT * FROM customers TABLESAMPLE SYSTEM (10)
SELECT * FROM customers TABLESAMPLE BERNOULLI (50) REPEATABLE (42)
SELECT * FROM customers c TABLESAMPLE bernoulli (50)
SELECT * FROM ONLY measurements
SELECT * FROM ONLY (measurements) m
SELECT * FROM measurements *
SELECT * FROM public.customers
SELECT * FROM public.customers WHERE public.customers.id = 1
SELECT * FROM XMLTABLE('/a/b' PASSING '<a><b>1</b></a>'::xml COLUMNS v int PATH 'b', n FOR ORDINALITY) AS t
SELECT x.* FROM products, XMLTABLE('//b' PASSING doc COLUMNS id FOR ORDINALITY, v text PATH '.' DEFAULT 'none', w int PATH '@w' NOT NULL DEFAULT 0) AS x LIMIT 1
SELECT x.* FROM products p, XMLTABLE(XMLNAMESPACES('http://x' AS x), '//x:b' PASSING BY REF p.doc COLUMNS v numeric(10,2) PATH '.') x(y) LIMIT 1
SELECT status, count(*) FROM orders GROUP BY status
SELECT status, count(*) FROM orders GROUP BY (status) HAVING count(*) > 1
SELECT status, customer_id, sum(total) FROM orders GROUP BY ROLLUP (status, customer_id)
SELECT status, customer_id, sum(total) FROM orders GROUP BY CUBE (status, customer_id)
SELECT status, customer_id, sum(total), GROUPING(status, customer_id) FROM orders GROUP BY GROUPING SETS ((status), (customer_id), ())
SELECT status, customer_id, sum(total) FROM orders GROUP BY GROUPING SETS (ROLLUP (status), CUBE (customer_id), (status, customer_id))
SELECT status, customer_id, sum(total) FROM orders GROUP BY status, ROLLUP (customer_id)
SELECT status, customer_id, sum(total) FROM orders GROUP BY DISTINCT ROLLUP (status, customer_id), ROLLUP (status)
SELECT status, customer_id, sum(total) FROM orders GROUP BY ALL CUBE (status), customer_id
SELECT GROUPING(status), status FROM orders GROUP BY ROLLUP(status) ORDER BY GROUPING(status)
SELECT name, rank() OVER (ORDER BY salary) FROM employees
SELECT name, rank() OVER (PARTITION BY dept ORDER BY salary DESC) FROM employees
SELECT name, rank() OVER w, sum(salary) OVER w FROM employees WINDOW w AS (PARTITION BY dept ORDER BY salary)
SELECT name, sum(salary) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM employees WINDOW w AS (ORDER BY id)
SELECT name, sum(salary) OVER (ORDER BY id ROWS (1) PRECEDING) FROM employees
SELECT name, sum(salary) OVER (ORDER BY hired RANGE BETWEEN interval '1 day' PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM employees
SELECT name, sum(salary) OVER (ORDER BY dept GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM employees
SELECT name, lag(salary, 1, 0::numeric) OVER (ORDER BY id), lead(salary) OVER (ORDER BY id), first_value(name) OVER (ORDER BY id), last_value(name) OVER (ORDER BY id), nth_value(name, 2) OVER (ORDER BY id) FROM employees
SELECT last_value(name) OVER (PARTITION BY dept) AS last_value FROM employees
SELECT row_number() OVER (), ntile(4) OVER (ORDER BY id), percent_rank() OVER (ORDER BY id), cume_dist() OVER (ORDER BY id), dense_rank() OVER (ORDER BY id) FROM employees
SELECT count(*) FILTER (WHERE salary > 100) OVER (PARTITION BY dept) FROM employees
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY salary) FROM employees
SELECT percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY salary) FILTER (WHERE salary > 0) FROM employees
SELECT mode() WITHIN GROUP (ORDER BY dept) FROM employees
SELECT rank(100) WITHIN GROUP (ORDER BY salary) FROM employees
SELECT dept, string_agg(name, ', ' ORDER BY name DESC) FROM employees GROUP BY dept
SELECT dept, array_agg(DISTINCT name) FILTER (WHERE name <> 'x') FROM employees GROUP BY dept
SELECT count(DISTINCT (dept, name)) FROM employees
SELECT count(ALL dept) FROM employees
WITH a AS (SELECT 1) SELECT * FROM a
WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b, a
WITH a(x, y) AS (SELECT 1, 2) SELECT x, y FROM a
WITH a (x) AS NOT MATERIALIZED (SELECT 1) SELECT x FROM a
WITH a AS MATERIALIZED (SELECT 1), b(z) AS MATERIALIZED (VALUES (1)) TABLE b
WITH a AS (WITH b AS (WITH c AS (SELECT 1 AS v) SELECT v FROM c) SELECT v FROM b) SELECT v FROM a
WITH a AS (SELECT 1 AS v) (SELECT v FROM a)
WITH a AS (SELECT 1 AS v) VALUES (1)
WITH a AS (SELECT 1 AS v) TABLE a
WITH a AS (TABLE edges) SELECT count(*) FROM a
WITH a AS ((SELECT 1 AS v) UNION (SELECT 2)) SELECT * FROM a
WITH "a b"("x y") AS (SELECT 1) SELECT "x y" FROM "a b"
WITH insert AS (SELECT 1 AS delete) SELECT delete FROM insert
WITH update AS (SELECT 1 AS merge) SELECT update.merge FROM update
WITH materialized AS (SELECT 1) SELECT * FROM materialized
WITH recursive AS (SELECT 1) SELECT * FROM recursive
WITH search AS (SELECT 1), cycle AS (SELECT 2) SELECT * FROM search, cycle
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT n + 1 FROM t WHERE n < 5), u AS (SELECT 1) SELECT * FROM t, u
WITH RECURSIVE tree(id, path) AS (SELECT id, ARRAY[id] FROM employees WHERE boss_id IS NULL UNION ALL SELECT e.id, path || e.id FROM employees e JOIN tree t ON e.boss_id = t.id) SELECT * FROM tree
WITH RECURSIVE s(a, b) AS (SELECT a, b FROM edges UNION ALL SELECT e.a, e.b FROM edges e, s WHERE e.a = s.b) CYCLE a, b SET is_cycle USING path SELECT * FROM s
WITH RECURSIVE s(a, b) AS (SELECT a, b FROM edges UNION ALL SELECT e.a, e.b FROM edges e, s WHERE e.a = s.b) CYCLE a SET is_cycle TO 'Y' DEFAULT 'N' USING path SELECT * FROM s
WITH RECURSIVE s(a, b) AS (SELECT a, b FROM edges UNION SELECT e.a, e.b FROM edges e, s WHERE e.a = s.b) SEARCH DEPTH FIRST BY a, b SET ord SELECT a, b FROM s LIMIT 3
WITH RECURSIVE s(a, b) AS (SELECT a, b FROM edges UNION SELECT e.a, e.b FROM edges e, s WHERE e.a = s.b) SEARCH BREADTH FIRST BY a SET ord CYCLE a SET c USING p, other AS (SELECT 1) SELECT s.a FROM s, other ORDER BY ord LIMIT 3
SELECT (WITH a AS (SELECT 1 AS v) SELECT v FROM a)
SELECT * FROM (WITH a AS (SELECT 1 AS v) SELECT v FROM a) q
SELECT ARRAY(WITH a AS (SELECT 1 AS v) SELECT v FROM a)
SELECT "into", "select", "update", "from", "for", "table" FROM words
SELECT w."into", w."update" AS "for", w.delete, w.insert FROM words w
SELECT w.into, w.select, w.update, w.from, w.for, w.table, w.values, w.with FROM words w
SELECT delete, insert, update, merge FROM words
SELECT delete, words.update update FROM words WHERE update IS NULL AND delete IS NULL ORDER BY update, delete
SELECT 1 AS into, 2 AS update, 3 AS for, 4 AS from, 5 AS select, 6 AS delete, 7 AS where
SELECT name update, name delete FROM words
SELECT share, key, no, nowait, locked FROM words
SELECT max(update), count(delete), sum(insert) FROM words
SELECT (update), (delete) FROM words
SELECT copy, lock, call, set, name, value, type FROM words
SELECT "FOR UPDATE" FROM (SELECT 1 AS "FOR UPDATE") q
SELECT 'FOR UPDATE', 'INTO x', '; DELETE FROM customers'
SELECT 1 -- FOR UPDATE
SELECT 1 /* FOR UPDATE */
SELECT 1 /* ; DELETE FROM customers */ FROM customers LIMIT 1
SELECT $$FOR UPDATE; DELETE FROM customers$$
SELECT $tag$ it's $$ nested $$ ; INSERT $tag$
SELECT $_a1$ $ $b$ $_a1$
SELECT E'it\'s; DELETE FROM customers'
SELECT E'a\\', 'b'
SELECT 'a' \n 'b'
SELECT 'it''s', 'a\b', '\'
SELECT U&'d\0061t\+000061', U&'d!0061t' UESCAPE '!'
SELECT B'1010', X'1FF', N'abc', b'1', x'a'
SELECT 1.5, .5, 1., 1e10, 1.5e-3, 1E+5
SELECT 1 /* outer /* inner */ still */ + 1
SELECT 1 --comment\n+ 2
SELECT 1+--comment\n2
SELECT 2*/* c */3
SELECT 2 */**/ 3
SELECT a.id FROM customers a WHERE a.id=-1 AND a.id<>-2 AND a.id>=-3 AND a.id*-1<5
SELECT @ -5, -5 % 3, |/ 4.0, ||/ 27.0, 5 # 3, ~ 5, 1 << 2, 8 >> 1, 2 ^ 3, 5 & 3, 5 | 3
SELECT !!to_tsquery('a'), 'a'::tsquery && 'b'::tsquery
SELECT 1::int4, '1'::int, '2024-01-01'::date::timestamp::text, 'x'::"char", '1'::pg_catalog.int8
SELECT CAST('1' AS int), CAST('1.5' AS numeric(10, 2)), CAST(now() AS timestamp(3) without time zone), CAST('a' AS character varying(3)), CAST('1' AS bit varying(4))
SELECT '1.5'::numeric(10,2), 'abc'::varchar(2), 'abc'::char(2), '101'::bit(3), now()::timestamp(0), now()::time(0) with time zone, '1 day'::interval(3), 'x'::character varying(10), 'x'::national character varying(5)
SELECT interval '1 day', interval '1' day, interval(3) '1.5 seconds', interval '1.5' second(2), interval '1 2:03' day to second(3), '1'::interval day to second(2), interval '1' year to month
SELECT date '2024-01-01', time '10:00', timestamp '2024-01-01', timestamptz '2024-01-01', timestamp(3) with time zone '2024-01-01 10:00', numeric '1', numeric(10,2) '1.5', double precision '1', float(10) '1', dec(5,1) '2', bool 't', text 'x', json '{}', jsonb '{}', point '(1,2)', int4 '5', char(3) 'abc', varchar(3) 'abc'
SELECT date'2024-01-01', interval'1 day'
SELECT ARRAY[1, 2, 3], ARRAY[[1, 2], [3, 4]], ARRAY[]::int[], ARRAY(SELECT 1), (ARRAY[1, 2])[1], (ARRAY[1, 2, 3])[1:2], ('{1,2,3}'::int[])[:2], (ARRAY[1,2,3])[2:]
SELECT tags[1], tags[1:array_length(tags, 1)], tags[array_lower(tags, 1):array_upper(tags, 1)] FROM customers
SELECT (home).street, (home).city, (c.home).zip FROM customers c
SELECT (c).name, (c.*).name FROM customers c
SELECT ROW(1, 'a'), ROW(c.*), (1, 2), ROW() FROM customers c LIMIT 1
SELECT CASE WHEN id = 1 THEN 'a' WHEN (id = 2) THEN ('b') ELSE 'c' END, CASE id WHEN 1 THEN 2 END, CASE (id) WHEN (1) THEN (2) ELSE (3) END FROM customers
SELECT coalesce(name, email), nullif(id, 1), greatest(1, 2), least(1, 2) FROM customers
SELECT id AT TIME ZONE 'UTC' FROM (SELECT now() AS id) q
SELECT now() AT TIME ZONE ('UTC'), now() AT TIME ZONE INTERVAL '1 hour'
SELECT name COLLATE "C" FROM customers ORDER BY name COLLATE pg_catalog."C"
SELECT 1 OPERATOR(pg_catalog.+) 2, OPERATOR(pg_catalog.-) 1
SELECT 'a' OPERATOR(pg_catalog.~) 'a', 1 operator ( pg_catalog . = ) 1
SELECT current_user, session_user, user, current_role, current_catalog, current_schema, current_date, current_time, current_timestamp, localtime, localtimestamp, current_time(3), localtime(2), localtimestamp(2)
SELECT full_name(c), c.full_name, pure_add(1, 2), public.pure_add(1, 2), order_total(1), public.order_total(o => 1), order_total(o := 1) FROM customers c LIMIT 1
SELECT * FROM stable_rows()
SELECT * FROM stable_rows() AS s(n), open_orders
SELECT steady_sum(id) FROM customers
SELECT app.nextval('x'), app.version(), "NextVal"('x'), public."NextVal"('y')
SELECT 2 *** 3
SELECT 2 OPERATOR(public.***) 3
SELECT * FROM open_orders
SELECT * FROM order_totals
SELECT * FROM rolled
SELECT oid, relname FROM pg_class WHERE relname = 'customers'
SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = 'customers'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef) FROM pg_catalog.pg_attribute a LIMIT 1
SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(orders)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3
SELECT pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), pg_catalog.pg_get_constraintdef(con.oid, true) FROM pg_catalog.pg_index i LEFT JOIN pg_catalog.pg_constraint con ON con.conrelid = i.indrelid LIMIT 1
SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position
SELECT * FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
SELECT * FROM information_schema.key_column_usage
SELECT * FROM information_schema.routines LIMIT 1
SELECT information_schema._pg_char_max_length(1043, 14), (information_schema._pg_expandarray(ARRAY[1,2])).n
SELECT * FROM pg_stats WHERE tablename = 'orders'
SELECT * FROM pg_statistic LIMIT 1
SELECT * FROM pg_statistic_ext
SELECT * FROM pg_stats_ext
SELECT * FROM pg_tables; SELECT * FROM pg_indexes
SELECT * FROM pg_views LIMIT 1
SELECT * FROM pg_matviews
SELECT * FROM pg_roles
SELECT datname FROM pg_database
SELECT * FROM pg_extension
SELECT * FROM pg_enum ORDER BY enumsortorder
SELECT * FROM pg_sequence
SELECT * FROM pg_policies
SELECT * FROM pg_publication_tables
SELECT * FROM pg_timezone_names LIMIT 1
SELECT * FROM pg_timezone_abbrevs LIMIT 1
SELECT * FROM pg_available_extensions LIMIT 1
SELECT * FROM pg_user
SELECT * FROM pg_description LIMIT 1
SELECT rulename FROM pg_rules LIMIT 1
SELECT db.oid as did, db.datname, pg_catalog.pg_encoding_to_char(db.encoding) AS encoding, pg_catalog.has_database_privilege(db.oid, 'CREATE') AS cancreate FROM pg_catalog.pg_database db ORDER BY datname
SELECT nsp.oid, nsp.nspname AS name, pg_catalog.has_schema_privilege(nsp.oid, 'CREATE') AS can_create FROM pg_catalog.pg_namespace nsp WHERE nspname NOT LIKE E'pg\\_%' AND NOT ((nsp.nspname = 'pg_catalog' AND EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'pg_class' AND relnamespace = nsp.oid LIMIT 1)))
SELECT rel.oid, rel.relname AS name, (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid=rel.oid AND tgisinternal = FALSE) AS triggercount, pg_catalog.obj_description(rel.oid, 'pg_class') AS description FROM pg_catalog.pg_class rel WHERE rel.relkind IN ('r','s','t','p') ORDER BY rel.relname
SELECT version()
SELECT current_setting('server_version'), current_setting('server_version_num')::int
SELECT current_setting('app.tenant', true)
SELECT pg_catalog.current_setting('search_path'), current_setting('timezone')
SELECT version(), current_database(), current_schema(), current_schemas(true)
SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind, CASE WHEN elemproc.proname='array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype FROM (SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid, CASE WHEN proc.proname='array_recv' THEN 'a' ELSE typ.typtype END AS typtype FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid) LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive) AS typ LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemoid LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid) LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive) AS t JOIN pg_namespace AS ns ON (ns.oid = typnamespace) LIMIT 5
COPY customers TO STDOUT
COPY customers (id, name) TO STDOUT
COPY public.customers TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER ';', QUOTE '"', FORCE_QUOTE (id, name))
COPY customers TO STDOUT (FORMAT binary)
COPY BINARY customers TO STDOUT
COPY "Products" ("Id", "Name") TO STDOUT CSV HEADER
COPY (SELECT * FROM customers) TO STDOUT
COPY (SELECT * FROM customers WHERE id IN (1, 2)) TO STDOUT WITH CSV
COPY (WITH a AS (SELECT 1) SELECT * FROM a) TO STDOUT
COPY (VALUES (1, 2)) TO STDOUT (FORMAT csv)
COPY (TABLE edges) TO STDOUT
COPY ((SELECT 1) UNION (SELECT 2)) TO STDOUT
SELECT 1; SELECT 2
SELECT 1; ; ;SELECT 2;
;SELECT 1
SELECT 1;;
-- a comment\nSELECT 1
/* a */ /* b */ SELECT 1 -- c
/* route: replica */ SELECT 1
-- route: replica\n\nSELECT 1
SELECT/**/1
SELECT\n1\tAS\nx
select Id from CUSTOMERS where NAME = 'x'
SELECT "id" FROM "customers" AS "c" WHERE "c"."name" = 'x'
SELECT "a""b" FROM (SELECT 1 AS "a""b") AS q
SELECT U&"id" FROM customers
SELECT U&"d\0061ta" FROM (SELECT 1 AS data) q
SELECT U&"d!0061ta" UESCAPE '!' FROM (SELECT 1 AS data) q
SELECT id FROM customers WHERE name = 'É' OR name = '日本' OR name = '😀'
SELECT 1 AS größe, 2 AS "日本"
SELECT * FROM products WHERE attrs @> '{"color":"red"}' AND attrs ? 'size' AND attrs ?| ARRAY['a','size'] AND attrs ?& ARRAY['size']
SELECT attrs->'size', attrs->>'color', attrs#>'{tags,0}', attrs#>>'{tags,0}', attrs - 'a', attrs || '{}', attrs['size'] FROM products
SELECT * FROM products WHERE attrs @? '$.size ? (@ > 1)' AND attrs @@ '$.size > 0'
SELECT * FROM products WHERE search @@ to_tsquery('fox') AND search @@ 'quick & brown'
SELECT * FROM orders WHERE period @> now() OR period && tstzrange('2024-01-01', '2024-02-01') OR period << tstzrange('2030-01-01', NULL) OR period -|- tstzrange('2030-01-01', NULL)
SELECT * FROM customers WHERE tags && ARRAY['a'] AND tags @> '{a}' AND tags <@ ARRAY['a','b'] AND 'a' = ANY (tags)
SELECT point(1,2) <-> point(3,4), box '((0,0),(1,1))' && box '((0,0),(2,2))', circle '((0,0),1)' @> point '(0,0)', lseg '((0,0),(1,1))' ?# lseg '((0,1),(1,0))', point '(1,1)' <@ circle '((0,0),2)', box(point(0,0), point(1,1)), circle(point(0,0), 1), polygon(box '((0,0),(1,1))'), path '((0,0),(1,1))', line '{1,2,3}'
SELECT inet '192.168.1.1' <<= inet '192.168.0.0/16', inet '10.0.0.1' + 5, cidr '10.0.0.0/8' >> inet '10.1.1.1', inet '1.1.1.1' & inet '255.0.0.0', host('10.0.0.1'::inet), network('10.0.0.1/8'::inet), masklen('10.0.0.0/8')
SELECT '16/B374D848'::pg_lsn - '16/0'::pg_lsn, '{1,2}'::int[] || 3, 'a' || 'b' || 1, bytea '\xDEAD' || '\x00', -'5'::int, +5
SELECT (SELECT max(id) FROM orders), (SELECT 1) + (SELECT 2), -(SELECT 1), NOT (SELECT true)
SELECT id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders FROM customers c WHERE (SELECT true) AND id < (SELECT 10)
SELECT 1 WHERE (1 = 1) AND (NOT (2 = 3) OR (4 IN (4, 5)))
SELECT a.x FROM (SELECT id AS x FROM customers) a, (SELECT id AS y FROM orders) b WHERE a.x = b.y
SELECT * FROM customers WHERE id = (ARRAY[1,2,3])[1] AND tags[1] = 'a'
SELECT max(id) filter (where id > 1) as "max" from customers having count(*) > 0
SELECT json_build_object('a', 1, 'b', json_build_array(1, 2)), json_agg(c), jsonb_object_agg(c.id, c.name) FROM customers c
SELECT xmlelement(name a, xmlattributes('x' AS b), 'text'), xmlforest(id, name AS n), xmlconcat('<a/>', '<b/>'), xmlpi(name php, 'x'), xmlparse(document '<a/>'), xmlparse(content 'a<b/>'), xmlserialize(content '<a/>'::xml AS text), xmlroot('<a/>'::xml, version '1.0', standalone yes), xmlexists('//a' PASSING BY REF '<a/>'::xml), '<a/>'::xml IS DOCUMENT, xmlagg('<a/>'::xml) FROM customers GROUP BY id, name LIMIT 1
SELECT position('a' IN 'abc'), substring('abc' FROM 2 FOR 1), substring('abc' FOR 2), substring('abc' FROM 'b'), substring('abc' FROM '#"b#"' FOR '#'), substring('abc' SIMILAR 'a#"b#"c' ESCAPE '#'), overlay('abc' PLACING 'x' FROM 2 FOR 1), trim(' a '), trim(BOTH 'x' FROM 'xax'), trim(LEADING FROM ' a'), trim(TRAILING 'x' FROM 'ax'), extract(year FROM now()), extract('epoch' FROM interval '1 day'), normalize('a', NFC), 'a' IS NFC NORMALIZED, collation for ('a'), treat(1 AS int)
SELECT position('a' IN 'abc'), substring('abc' FROM 2 FOR 1), substring(name FOR update) FROM words
SELECT extract(day FROM created), extract(hour FROM created AT TIME ZONE 'UTC') FROM customers WHERE extract(year FROM created) = 2024
SELECT overlay(name PLACING 'x' FROM id FOR id) FROM customers
SELECT trim(both from name), btrim(name), ltrim(name, 'c'), rtrim(name, '1') FROM customers
SELECT left(name, 1), right(name, 1), replace(name, 'c', 'd'), repeat('a', 3), reverse(name), upper(name), lower(name), initcap(name), length(name), char_length(name), character_length(name), octet_length(name), bit_length(name), ascii(name), chr(65), md5(name), lpad(name, 5), rpad(name, 5, 'x'), split_part(name, 'c', 2), translate(name, 'c', 'd'), to_hex(255), quote_ident(name), quote_literal(name), quote_nullable(NULL), format('%s', name), concat(name, 1), concat_ws(',', name, email), strpos(name, 'c'), starts_with(name, 'c'), regexp_replace(name, 'c', 'd', 'g'), regexp_match(name, 'c'), regexp_split_to_array(name, ''), string_to_array(name, ','), array_to_string(tags, ','), encode('a', 'base64'), decode('YQ==', 'base64'), sha256('a'), get_byte('a', 0), convert_to(name, 'UTF8'), unistr('\0441') FROM customers LIMIT 1
SELECT int4(5), int8(5), float8(1), "numeric"(1), text('a'), "char"('a'), date('2024-01-01'), "time"('10:00'::interval), "timestamp"('2024-01-01'::date), timestamptz('2024-01-01'::date), "varchar"('a'), bool(1), name('a'), bpchar('a'), "bit"(5, 4), oid(5), regclass('pg_class'::text), money(1.5)
SELECT 'customers'::regclass::oid, 'lower(text)'::regprocedure, 'pg_catalog'::regnamespace, 'int4'::regtype, 'nextval'::regproc::oid IS NULL, '+(int,int)'::regoperator FROM customers WHERE false
SELECT 'numbers'::regclass, to_regclass('numbers'), pg_get_serial_sequence('customers', 'id')
SELECT * FROM customers WHERE id = 1 OR id = 2 OR id = 3 AND name = 'a' AND (email = 'b' OR email = 'c') AND NOT active
SELECT "Products"."Id" FROM "Products" WHERE "Products"."Name" = 'x'
SELECT lo_get(4242)
SELECT lo_get(4242, 0, 3)
SELECT convert_from(lo_get(4242), 'UTF8')
SELECT gen_random_uuid(), random(), clock_timestamp(), statement_timestamp(), transaction_timestamp(), now(), timeofday()
SELECT pg_sleep(0)
SELECT pg_sleep_for('0 s'), pg_sleep_until(now() - interval '1 s')
SELECT pg_table_size('customers'), pg_total_relation_size('customers'), pg_relation_size('customers'), pg_indexes_size('customers'), pg_database_size(current_database()), pg_size_pretty(1000::bigint), pg_column_size(1), pg_tablespace_size('pg_default')
SELECT relid, parentrelid FROM pg_partition_tree('measurements')
SELECT * FROM pg_partition_ancestors('measurements_2024')
SELECT pg_my_temp_schema(), pg_is_other_temp_schema(1)
SELECT txid_status(1), age('3'::xid), mxid_age('1'::xid)
SELECT pg_client_encoding(), getdatabaseencoding(), pg_trigger_depth(), current_query() IS NOT NULL
SELECT ts_headline('a b', 'a'::tsquery), ts_rank(search, 'a'::tsquery), ts_debug('english', 'a') FROM products LIMIT 1
SELECT setval FROM (SELECT 1 AS setval) q
SELECT nextval FROM (SELECT 1 AS nextval) q
SELECT q.nextval, q.pg_notify FROM (SELECT 1 AS nextval, 2 AS pg_notify) q
SELECT 'nextval(''numbers'')'
SELECT id AS "nextval('numbers')" FROM customers
SELECT over, filter FROM (SELECT 1 AS over, 2 AS filter) q
SELECT generate_series(1, 3), unnest(ARRAY[1, 2])
SELECT t.oid::regclass::text, obj_description(t.oid), col_description(t.oid, 1), shobj_description(1, 'pg_database'), pg_get_viewdef('open_orders'::regclass, true), pg_get_functiondef('pure_add'::regproc), pg_get_ruledef(1), pg_get_triggerdef(1), pg_get_userbyid(10), pg_get_partkeydef('measurements'::regclass), pg_get_function_arguments(1), pg_get_keywords() IS NULL, pg_typeof(1), to_regclass('x'), pg_relation_filenode('orders'), pg_collation_for('a'), pg_describe_object(1259, 1259, 0), has_table_privilege('orders', 'SELECT'), pg_has_role('postgres', 'USAGE'), pg_encoding_to_char(6), pg_char_to_encoding('UTF8'), pg_tablespace_location(1663), pg_function_is_visible(1), pg_type_is_visible(1), format_type(23, -1), row_security_active('orders') FROM pg_class t LIMIT 1
