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
SELECT age('3'::xid), mxid_age('1'::xid)
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
# what tools and object mappers send: psql, pgAdmin, Metabase, Hibernate, Rails, Django, Hasura, PostgREST, PostGraphile, EF Core
SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname OPERATOR(pg_catalog.~) '^(orders)$' COLLATE pg_catalog.default AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3;
SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity, c.relforcerowsecurity, false AS relhasoids, c.relispartition, pg_catalog.array_to_string(c.reloptions || array(select 'toast.' || x from pg_catalog.unnest(tc.reloptions) x), ', '), c.reltablespace, CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END, c.relpersistence, c.relreplident, am.amname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid) LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid) WHERE c.oid = '1259';
SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull, (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation, a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a WHERE a.attrelid = '1259' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
SELECT n.nspname as "Schema", c.relname as "Name", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END as "Type", pg_catalog.pg_get_userbyid(c.relowner) as "Owner", CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END as "Persistence", am.amname as "Access method", pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) as "Size", pg_catalog.obj_description(c.oid, 'pg_class') as "Description" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2;
SELECT n.nspname as "Schema", p.proname as "Name", pg_catalog.pg_get_function_result(p.oid) as "Result data type", pg_catalog.pg_get_function_arguments(p.oid) as "Argument data types", CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END as "Type" FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE pg_catalog.pg_function_is_visible(p.oid) AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' ORDER BY 1, 2, 4;
SELECT conrelid::pg_catalog.regclass AS ontable, conname, pg_catalog.pg_get_constraintdef(oid, true) AS condef FROM pg_catalog.pg_constraint c WHERE confrelid IN (SELECT pg_catalog.pg_partition_ancestors('1259') UNION ALL VALUES ('1259'::pg_catalog.regclass)) AND contype = 'f' AND conparentid = 0 ORDER BY conname;
SELECT pol.polname, pol.polpermissive, CASE WHEN pol.polroles = '{0}' THEN NULL ELSE pg_catalog.array_to_string(array(select rolname from pg_catalog.pg_roles where oid = any (pol.polroles) order by 1),',') END, pg_catalog.pg_get_expr(pol.polqual, pol.polrelid), CASE pol.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' END AS cmd FROM pg_catalog.pg_policy pol WHERE pol.polrelid = '1259' ORDER BY 1;
SELECT oid, stxrelid::pg_catalog.regclass, stxnamespace::pg_catalog.regnamespace::pg_catalog.text AS nsp, stxname, pg_catalog.pg_get_statisticsobjdef_columns(oid) AS columns, 'd' = any(stxkind) AS ndist_enabled FROM pg_catalog.pg_statistic_ext WHERE stxrelid = '1259' ORDER BY nsp, stxname;
SELECT t.tgname, pg_catalog.pg_get_triggerdef(t.oid, true), t.tgenabled, t.tgisinternal, CASE WHEN t.tgparentid != 0 THEN (SELECT u.tgrelid::pg_catalog.regclass FROM pg_catalog.pg_trigger AS u, pg_catalog.pg_partition_ancestors(t.tgrelid) WITH ORDINALITY AS a(relid, depth) WHERE u.tgname = t.tgname AND u.tgrelid = a.relid AND u.tgparentid = 0 ORDER BY a.depth LIMIT 1) END AS parent FROM pg_catalog.pg_trigger t WHERE t.tgrelid = '1259' ORDER BY 1;
SELECT r.rolname, r.rolsuper, r.rolinherit, ARRAY(SELECT b.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles b ON (m.roleid = b.oid) WHERE m.member = r.oid) as memberof FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1;
SELECT db.oid as did, db.datname, db.datallowconn, pg_encoding_to_char(db.encoding) AS serverencoding, has_database_privilege(db.oid, 'CREATE') as cancreate, datistemplate FROM pg_catalog.pg_database db WHERE db.datname = current_database();
SELECT roles.oid as id, roles.rolname as name, roles.rolsuper as is_superuser, CASE WHEN roles.rolsuper THEN true ELSE roles.rolcreaterole END as can_create_role FROM pg_catalog.pg_roles as roles WHERE rolname = current_user;
SELECT rel.oid, rel.relname AS name, (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid=rel.oid AND tgisinternal = FALSE) AS triggercount, (SELECT count(1) FROM pg_catalog.pg_inherits WHERE inhrelid=rel.oid LIMIT 1) as is_inherits, des.description FROM pg_catalog.pg_class rel LEFT JOIN pg_catalog.pg_description des ON (des.objoid=rel.oid AND des.objsubid=0 AND des.classoid='pg_class'::regclass) WHERE rel.relkind IN ('r','s','t','p') AND NOT rel.relispartition ORDER BY rel.relname;
SELECT format_type(pg_type.oid, NULL) AS alias FROM pg_type WHERE typname = 'int4';
-- Metabase:: userID: 1 queryType: MBQL queryHash: d1d0\nSELECT "public"."orders"."status" AS "status", DATE_TRUNC('month', "public"."orders"."placed") AS "placed", COUNT(*) AS "count", SUM("public"."orders"."total") AS "sum" FROM "public"."orders" WHERE ("public"."orders"."placed" >= DATE_TRUNC('year', (NOW() + INTERVAL '-1 year'))) AND ("public"."orders"."placed" < DATE_TRUNC('year', NOW())) GROUP BY "public"."orders"."status", DATE_TRUNC('month', "public"."orders"."placed") ORDER BY "public"."orders"."status" ASC, DATE_TRUNC('month', "public"."orders"."placed") ASC LIMIT 2000
SELECT "source"."bucket" AS "bucket", count(distinct "source"."customer_id") AS "count" FROM (SELECT FLOOR(("public"."orders"."total" / 10.0)) * 10.0 AS "bucket", "public"."orders"."customer_id" AS "customer_id" FROM "public"."orders") AS "source" GROUP BY "source"."bucket" ORDER BY "source"."bucket" ASC
select c1_0.id,c1_0.active,c1_0.email,o1_0.customer_id,o1_0.id,o1_0.total from customers c1_0 left join orders o1_0 on c1_0.id=o1_0.customer_id where c1_0.name like '%a%' escape '' and c1_0.active order by c1_0.id offset 0 rows fetch first 10 rows only
select count(e1_0.id) from employees e1_0 where e1_0.boss_id is not null and (e1_0.dept,e1_0.name) in (select e2_0.dept,e2_0.name from employees e2_0)
select distinct on (o.customer_id) o.customer_id, o.id, o.placed from orders o order by o.customer_id, o.placed desc nulls last
SELECT 1 AS one FROM "customers" WHERE "customers"."email" = 'x' LIMIT 1
SELECT "customers".* FROM "customers" INNER JOIN "orders" ON "orders"."customer_id" = "customers"."id" WHERE "orders"."status" IN ('open', 'new') AND ("customers"."id" != 5) GROUP BY "customers"."id" HAVING (COUNT(*) > 0) ORDER BY "customers"."id" ASC LIMIT 11 OFFSET 0 /*application:Shop,controller:orders,action:index*/
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod, c.collname, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated as attgenerated FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation WHERE a.attrelid = '"customers"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type as t LEFT JOIN pg_range as r ON oid = rngtypid WHERE t.typname IN ('int2', 'int4') OR t.typtype IN ('r', 'e', 'd') OR t.typinput = 'array_in(cstring,oid,integer)'::regprocedure OR t.typelem != 0
SELECT (1) AS "a" FROM "customers" WHERE UPPER("customers"."name"::text) LIKE UPPER('%A%') LIMIT 1
SELECT "employees"."id", ("employees"."salary" * 1.1) AS "raised", ROW_NUMBER() OVER (PARTITION BY "employees"."dept" ORDER BY "employees"."salary" DESC) AS "rn", CASE WHEN "employees"."salary" > 1000 THEN 'high' WHEN "employees"."salary" IS NULL THEN NULL ELSE 'low' END AS "band" FROM "employees"
SELECT COUNT(*) FROM (SELECT "customers"."id" AS "col1" FROM "customers" GROUP BY 1) subquery
SELECT "c"."relname", CASE WHEN "c"."relispartition" THEN 'p' WHEN "c"."relkind" IN ('m', 'v') THEN 'v' ELSE 't' END FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND n.nspname NOT IN ('pg_catalog', 'pg_toast') AND pg_catalog.pg_table_is_visible(c.oid)
select coalesce(json_agg("root"), '[]') as "root" from (select row_to_json((select "_e" from (select "_0_root.base"."id" as "id", "_0_root.ar.root.orders"."orders" as "orders") as "_e")) as "root" from (select * from "public"."customers" where ('true') limit 10) as "_0_root.base" left outer join lateral (select coalesce(json_agg("orders"), '[]') as "orders" from (select row_to_json((select "_e" from (select "_1"."id" as "id") as "_e")) as "orders" from (select * from "public"."orders" where (("_0_root.base"."id") = ("customer_id"))) as "_1") as "_2") as "_0_root.ar.root.orders" on ('true')) as "_3"
WITH pgrst_source AS (SELECT "public"."orders".* FROM "public"."orders" WHERE "public"."orders"."id" = 1 LIMIT 10 OFFSET 0) SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, coalesce(json_agg(_postgrest_t), '[]') AS body, nullif(current_setting('response.headers', true), '') AS response_headers, nullif(current_setting('response.status', true), '') AS response_status FROM (SELECT * FROM pgrst_source) _postgrest_t
select to_json(json_build_object('id', __local_0__."id", '__identifiers', json_build_array(__local_0__."id"))) as "@nodes" from (select __local_0__.* from "public"."customers" as __local_0__ where (TRUE) and (TRUE) order by __local_0__."id" ASC limit 5) __local_0__
SELECT b."Id", b."Name", t."Id", t."Price"\nFROM "Categories" AS b\nLEFT JOIN LATERAL (\n    SELECT p."Id", p."Price", ROW_NUMBER() OVER(PARTITION BY p."CategoryId" ORDER BY p."Id") AS row\n    FROM "Products" AS p\n    WHERE b."Id" = p."CategoryId"\n    LIMIT 3\n) AS t ON TRUE\nORDER BY b."Id"
-- From GetTop\n-- route: replica\n\nSELECT p."Id", p."Data" ->> 'a' AS x, p."Tags"[1], p."CreatedAt"::date, (p."CreatedAt" AT TIME ZONE 'UTC')::timestamp FROM "Products" AS p WHERE p."Tags" && ARRAY['x','y']::text[] AND NOT EXISTS (SELECT 1 FROM unnest(p."Tags") AS t(value) WHERE t.value = 'z')
SELECT p."Id" FROM "Products" AS p WHERE p."CategoryId" = ANY ('{1,2,3}'::int[]) AND (p."Price" IS NULL OR p."Price" <> 1.0) ORDER BY p."Name" COLLATE "C" DESC
SELECT COALESCE(sum(p."Price"), 0.0) / count(*)::numeric, max(p."CreatedAt") FILTER (WHERE p."IsActive"), percentile_cont(0.5) WITHIN GROUP (ORDER BY p."Price"), string_agg(p."Name", ', ' ORDER BY p."Id"), array_agg(DISTINCT p."CategoryId") FROM "Products" AS p
SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname='public' AND c.relname='__EFMigrationsHistory')
SELECT dept, extract(year from hired) y, grouping(dept, extract(year from hired)), sum(salary) FROM employees GROUP BY GROUPING SETS ((dept, y), (dept), ()) ORDER BY 1, 2
SELECT dept, name, sum(salary) FROM employees GROUP BY ROLLUP (dept, name)
SELECT dept, name, sum(salary) FROM employees GROUP BY DISTINCT CUBE (dept, (name, id)), ROLLUP (hired)
SELECT id, sum(salary) OVER w, first_value(name) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES), nth_value(name, 2) OVER (PARTITION BY dept ORDER BY salary GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM employees WINDOW w AS (PARTITION BY dept ORDER BY hired)
SELECT sum(salary) OVER (ORDER BY hired RANGE BETWEEN '1 year'::interval PRECEDING AND CURRENT ROW) FROM employees
SELECT * FROM employees ORDER BY salary DESC FETCH FIRST 3 ROWS WITH TIES
SELECT * FROM employees ORDER BY salary DESC OFFSET 2 ROWS FETCH NEXT ROW ONLY
WITH RECURSIVE t(id, boss_id, path) AS (SELECT id, boss_id, ARRAY[id] FROM employees WHERE boss_id IS NULL UNION ALL SELECT e.id, e.boss_id, t.path || e.id FROM employees e JOIN t ON e.boss_id = t.id) SEARCH DEPTH FIRST BY id SET ordercol SELECT * FROM t ORDER BY ordercol
WITH RECURSIVE g(a, b) AS (SELECT a, b FROM edges UNION ALL SELECT e.a, e.b FROM edges e, g WHERE g.b = e.a) CYCLE a SET is_cycle TO 'Y' DEFAULT 'N' USING path SELECT * FROM g LIMIT 20
WITH RECURSIVE g AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM g WHERE n < 5) SEARCH BREADTH FIRST BY n SET o CYCLE n SET c USING p TABLE g
WITH a AS NOT MATERIALIZED (SELECT 1 AS x), b(y) AS MATERIALIZED (VALUES (1), (2)) SELECT * FROM a CROSS JOIN b UNION ALL (SELECT 3, 4 ORDER BY 1 LIMIT 1) EXCEPT SELECT 5, 6
SELECT * FROM ROWS FROM (generate_series(1, 3), json_to_recordset('[{"a":1,"b":"x"}]') AS (a int, b text)) WITH ORDINALITY AS r(n, a, b, o)
SELECT x.* FROM products p, jsonb_to_record(p.attrs) AS x(color text, size int, tags int[]) WHERE x.size > 3
SELECT p.id, t.value FROM products p CROSS JOIN LATERAL jsonb_array_elements_text(p.attrs -> 'tags') AS t(value)
SELECT attrs #>> '{tags,0}', attrs @> '{"color":"red"}', attrs ? 'size', attrs ?| ARRAY['a','b'], attrs - 'tags', attrs #- '{tags,0}', attrs @? '$.tags[*] ? (@ > 1)', attrs @@ '$.size > 1', jsonb_path_query_array(attrs, '$.tags[*] ? (@ > $min)', '{"min": 1}'), attrs['color'] FROM products LIMIT 1
SELECT xmltable.* FROM products, XMLTABLE(XMLNAMESPACES('http://x.org' AS x), '/a' PASSING doc COLUMNS n FOR ORDINALITY, b int PATH 'b' DEFAULT 5 NOT NULL) LIMIT 2
SELECT xmlelement(name "order", xmlattributes(o.id AS id, o.status), xmlforest(o.total AS t), xmlagg(xmlelement(name i, i.line) ORDER BY i.line)) FROM orders o JOIN items i ON i.order_id = o.id GROUP BY o.id
SELECT * FROM customers TABLESAMPLE BERNOULLI (50) REPEATABLE (7)
SELECT * FROM ONLY measurements TABLESAMPLE system (100)
SELECT c.home, (c.home).city, (c).name, c.tags[1:2], c.tags[array_lower(c.tags, 1)], c FROM customers c WHERE c.home IS NOT NULL AND (c.home).zip = '1' AND ROW(c.id, c.name) > ROW(1, 'a') LIMIT 1
SELECT 'a' || 1, 1::text, CAST('2024-01-01' AS date), date '2024-01-01', interval '1' day, interval '1 day' * 2, '10:00'::time(3) with time zone, double precision '1.5', B'101' & B'110', X'1F', 0.1e-5, .5, 5., -5 % 3, 2 ^ 3, |/ 4, ||/ 8, @ -5, 5 # 3, ~1, 1 << 2, '{1,2}'::int[] || 3
SELECT now() - interval '1 day' < now(), current_date + 1, current_timestamp(3), localtime, localtimestamp(0), current_user, session_user, current_role, current_catalog, current_schema, user, now() AT TIME ZONE 'utc' AT TIME ZONE 'CET', extract(dow FROM now()), (date '2024-01-01', date '2024-02-01') OVERLAPS (date '2024-01-15', interval '1 month')
SELECT count(*) FROM orders WHERE period @> now() AND period && tstzrange(now(), NULL, '[)') AND lower(period) IS NOT NULL AND NOT isempty(period) AND period -|- tstzrange('2024-02-01', '2024-03-01')
SELECT ts_rank_cd(search, query), ts_headline('english', name, query) FROM products, websearch_to_tsquery('english', 'fox') query WHERE search @@ query ORDER BY 1 DESC
SELECT e.name, m.name FROM employees e LEFT JOIN employees m ON m.id = e.boss_id NATURAL JOIN (SELECT 1 AS one) z FULL OUTER JOIN edges g ON g.a = e.id CROSS JOIN (VALUES (1)) AS v(x)
SELECT (SELECT max(total) FROM orders o WHERE o.customer_id = c.id), ARRAY(SELECT id FROM orders ORDER BY id), EXISTS (TABLE edges), c.id IN (SELECT customer_id FROM orders), c.id > ALL (SELECT 0), c.id = SOME (ARRAY[1]) FROM customers c LIMIT 2
SELECT w."into", w."select", w.delete, w.insert, w.share, w.key, w."user", w."for", w.no, w.set, w."with", w."values", w.lock, w.copy, w.call FROM words w WHERE w.merge IS NULL AND "update" IS NULL
SELECT 1 AS update, 2 AS delete, 3 AS into, 4 AS "for", 5 AS insert, 6 share, 7 key
SELECT id "FOR UPDATE" FROM orders "INTO x" WHERE note IS DISTINCT FROM 'for update' OR note = $$; DELETE FROM x$$ OR note = $q$ it's $$ $q$
SELECT * FROM orders -- FOR UPDATE
SELECT /*+ SeqScan(orders) */ * FROM orders WHERE status = 'open' /* ; DROP TABLE orders */
/* sqlcommenter */ SELECT 1 /*traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01',route='%2Fupdate'*/
SELECT string_agg(DISTINCT status, ',' ORDER BY status) FILTER (WHERE status <> '') FROM orders HAVING count(*) > 0
SELECT mode() WITHIN GROUP (ORDER BY status), rank(5) WITHIN GROUP (ORDER BY total), any_value(id) FROM orders
SELECT generate_subscripts(tags, 1), unnest(tags) FROM customers LIMIT 3
SELECT d::date FROM generate_series('2024-01-01'::timestamptz, '2024-01-10', '1 day') AS d LEFT JOIN orders o ON o.placed::date = d::date
SELECT json_build_object('a', 1, 'b', json_agg(o)), jsonb_object_agg(o.id, o.status), row_to_json(ROW(1, 'x')), json_strip_nulls('{"a":null}'), jsonb_set('{"a":1}', '{a}', '2'), jsonb_pretty('{"a":1}') FROM (SELECT id, status FROM orders LIMIT 2) o
VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC LIMIT 1
TABLE orders ORDER BY id LIMIT 1
(SELECT 1) UNION (SELECT 2 ORDER BY 1) ORDER BY 1
EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM orders WHERE id = 1
EXPLAIN (COSTS OFF) UPDATE orders SET note = 'x'
EXPLAIN VERBOSE DELETE FROM orders
COPY (SELECT id, name FROM customers ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER true, DELIMITER ';', QUOTE '"', FORCE_QUOTE (name))
COPY customers (id, name) TO STDOUT CSV HEADER
SELECT 1; SELECT 2; ;
SELECT pg_get_viewdef('open_orders'::regclass, true), pg_get_indexdef('customers_pkey'::regclass), pg_relation_size('orders'), pg_total_relation_size('orders'), obj_description('orders'::regclass), has_table_privilege('orders', 'SELECT'), pg_get_serial_sequence('orders', 'id'), to_regclass('orders'), current_setting('server_version_num')::int, current_database(), version()
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default, udt_name FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY ordinal_position
SELECT tc.constraint_name, kcu.column_name, ccu.table_name AS foreign_table_name FROM information_schema.table_constraints AS tc JOIN information_schema.key_column_usage AS kcu USING (constraint_schema, constraint_name) JOIN information_schema.constraint_column_usage AS ccu USING (constraint_schema, constraint_name) WHERE tc.constraint_type = 'FOREIGN KEY'
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'orders'
SELECT tablename, attname, n_distinct, most_common_vals FROM pg_stats WHERE tablename = 'orders'
SELECT n.nspname, t.typname, e.enumlabel FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace ORDER BY e.enumsortorder
SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind, CASE WHEN elemproc.proname='array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype, typ.typcategory FROM (SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid, CASE WHEN proc.proname='array_recv' THEN 'a' ELSE typ.typtype END AS typtype, CASE WHEN proc.proname='array_recv' THEN typ.typelem WHEN typ.typtype='r' THEN rngsubtype WHEN typ.typtype='m' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = typ.oid) WHEN typ.typtype='d' THEN typ.typbasetype END AS elemtypoid, typ.typcategory FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid) LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid)) AS typ LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemtypoid LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid) LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive) AS t JOIN pg_namespace AS ns ON (ns.oid = typnamespace) WHERE typtype IN ('b', 'r', 'm', 'e', 'd') OR (typtype = 'c' AND relkind='c') ORDER BY CASE WHEN typtype IN ('b', 'e', 'p') THEN 0 ELSE 1 END
SELECT pure_add(1, 2), order_total(o.id), o.id FROM orders o, stable_rows() s WHERE full_name((SELECT c FROM customers c LIMIT 1)) IS NOT NULL LIMIT 1
SELECT c.full_name FROM customers c LIMIT 1
select app.version(), app.nextval('x'), "NextVal"('x'), 1 *** 2, steady_sum(id) from orders
SELECT a FROM edges ORDER BY a USING <
SELECT id, lag(total) OVER (ORDER BY id) - lead(total, 1, 0.0) OVER (ORDER BY id), ntile(4) OVER (), cume_dist() OVER (ORDER BY id), last_value(total) OVER (ORDER BY id) AS last FROM orders
SELECT CASE status WHEN 'open' THEN 1 ELSE 0 END::bool, NOT status = 'x', status IS NULL, total IS NOT NULL, (total > 5) IS TRUE, (total > 5) IS NOT UNKNOWN, status NOT LIKE '%x' ESCAPE '!', status SIMILAR TO '(o|p)%', status !~* 'x', id BETWEEN SYMMETRIC 9 AND 1, id NOT BETWEEN 1 AND 2 FROM orders LIMIT 1
SELECT id FROM orders WHERE (id, total) = (1, 10) OR (id, total) IN ((1, 10), (2, 20)) OR id IN (VALUES (1), (2))
SELECT position('a' IN 'cat'), substring('abc' FROM 2 FOR 1), substring('abc', 2), overlay('abc' PLACING 'x' FROM 1 FOR 1), trim(BOTH ' ' FROM ' a '), extract(epoch FROM now()), normalize('a'), char_length('a'), octet_length('a'), greatest(1, 2), least(1, 2), nullif(1, 2), coalesce(NULL, 1)
SELECT lo_get(4242), convert_from(lo_get(4242), 'UTF8')
SELECT * FROM pg_timezone_names WHERE name LIKE 'Europe/%' LIMIT 1
SELECT 'first'\n'second' AS joined
SELECT q.column_name, q."Type" FROM (SELECT 1 AS column_name, 'x' AS "Type") AS q WHERE (q).column_name = 1
SELECT "Id", "Name" FROM "Products" WHERE "Name" ILIKE '%' || 'x' || '%' AND "CategoryId" = ANY(ARRAY(SELECT "Id" FROM "Categories")) LIMIT ALL
WITH x AS (SELECT id FROM orders), y AS (SELECT id FROM x WHERE id IN (WITH z AS (SELECT 1 AS id) SELECT id FROM z)) SELECT * FROM y
SELECT pg_sleep(0), pg_sleep_for('0 s'), statement_timestamp(), transaction_timestamp(), clock_timestamp(), timeofday(), age(now()), make_date(2024, 1, 1), to_timestamp(0), date_bin('15 min', now(), '2001-01-01')
SELECT setweight(to_tsvector('a'), 'A') || to_tsvector('b'), array_position(ARRAY[1,2], 2), array_remove(ARRAY[1,2], 2), cardinality(ARRAY[1]), array_to_string(ARRAY[1], ','), string_to_array('a,b', ','), hashtext('a'), inet '10.0.0.1' << inet '10.0.0.0/8', host(inet '10.0.0.1'), point '(1,1)' <-> point '(2,2)', box '((0,0),(1,1))' @> point '(0.5,0.5)', money '1.00' * 2
SELECT * FROM JSON_TABLE('[{"a":1,"b":[1,2]}]', '$[*]' AS root COLUMNS (id FOR ORDINALITY, a int PATH '$.a' DEFAULT 0 ON EMPTY, ex boolean EXISTS PATH '$.z', raw jsonb FORMAT JSON PATH '$.b' WITH WRAPPER, NESTED PATH '$.b[*]' COLUMNS (b int PATH '$')) ERROR ON ERROR) AS jt
SELECT jt.* FROM products p, JSON_TABLE(p.attrs, '$.tags[*]' PASSING 1 AS min COLUMNS (n FOR ORDINALITY, v int PATH '$')) AS jt
SELECT JSON_VALUE('{"a":1}', '$.a' RETURNING int DEFAULT 5 ON EMPTY NULL ON ERROR), JSON_QUERY('{"a":[1]}', '$.a' WITH CONDITIONAL WRAPPER KEEP QUOTES), JSON_EXISTS('{"a":1}', 'strict $.a' FALSE ON ERROR)
SELECT JSON_OBJECT('a': 1, 'b' VALUE 2 NULL ON NULL WITH UNIQUE KEYS RETURNING jsonb), JSON_ARRAY(1, 2, NULL NULL ON NULL), JSON_ARRAY(SELECT id FROM orders ORDER BY id LIMIT 2), JSON_OBJECTAGG(id: status ABSENT ON NULL), JSON_ARRAYAGG(id ORDER BY id RETURNING jsonb) FROM orders
SELECT '{"a":1}' IS JSON OBJECT WITH UNIQUE KEYS, '1' IS NOT JSON ARRAY, JSON('{"a":1}'), JSON_SCALAR(1), JSON_SERIALIZE('{"a":1}' RETURNING bytea)
SELECT uuidv7(), uuidv4(), uuid_extract_timestamp(uuidv7()), array_sort(ARRAY[2,1]), array_reverse(ARRAY[1,2]), casefold('A'), crc32('a'), reverse('ab'::bytea), gamma(5.0), to_bin(5), random(1, 10), random_normal(), any_value(1), 0xFF, 0b11, 0o17, 1_000_000, pg_input_is_valid('1', 'int')
SELECT a.* FROM (SELECT 1 AS x) a JOIN (SELECT 1 AS x) b USING (x) AS j WHERE j.x = 1
SELECT * FROM (SELECT 1), (VALUES (2))
EXPLAIN (ANALYZE, MEMORY, SERIALIZE text, WAL) SELECT * FROM orders
SELECT now() AT LOCAL, ts FROM (SELECT now() AS ts) q
SELECT t.last_value, is_called FROM tallies t
SELECT E'it''s one\x41 and \\', E'a''b\\', E'\'a\'' || E'c''\r'
SELECT U&"!0069d" UESCAPE '!', o.U&"n?006fte" uescape '?' AS U&"x!!y" UESCAPE '!' FROM orders o
SELECT regtype('int4'), regproc('now'), regrole('postgres'), regnamespace('public'), regoperator('+(int4,int4)'), regconfig('english')
SELECT inet('10.0.0.1'), uuid('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), jsonb('[1]'), tsvector('a b'), tsquery('a & b'), pg_catalog.regtype('text')
EXPLAIN CREATE TABLE made_as AS SELECT note AS "execute" FROM orders
