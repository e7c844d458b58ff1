SELECT 1 FROM orders WHERE note = $$ $$ FOR UPDATE
SELECT * FROM orders WHERE id = 1 FOR UPDATE;
SELECT * FROM orders WHERE id = 1\nFOR UPDATE
SELECT * FROM orders FOR\nUPDATE
SELECT * FROM orders FOR/**/UPDATE
SELECT * FROM orders FOR UPDATE -- done
SELECT * FROM orders FOR UPDATE LIMIT 1
SELECT * FROM orders ORDER BY id LIMIT 1 FOR UPDATE OF orders SKIP LOCKED
SELECT * FROM orders o, items i WHERE o.id = i.order_id FOR UPDATE OF o FOR SHARE OF i NOWAIT
TABLE orders FOR UPDATE
TABLE orders FOR SHARE
((SELECT * FROM orders)) FOR UPDATE
(SELECT * FROM orders FOR UPDATE)
SELECT * FROM orders WHERE id IN (SELECT id FROM orders FOR KEY SHARE)
SELECT (SELECT id FROM orders LIMIT 1 FOR UPDATE)
SELECT substring('abc' FROM (SELECT 1 FROM orders LIMIT 1 FOR UPDATE) FOR 1)
SELECT nextval('numbers') AS a, id FROM orders
SELECT id, nextval('numbers') FROM orders
SELECT id FROM orders WHERE id = 1 AND nextval('numbers') > 0
select(nextval('numbers'))
SELECT*FROM nextval('numbers')
SELECT U&"\006eextval"('numbers')
SELECT U&"n!0065xtval" UESCAPE '!' ('numbers')
SELECT x'1'; SELECT nextval('numbers')
SELECT 'a\'; SELECT nextval('numbers') --'
SELECT E'a\'' || nextval('numbers')
SELECT 'it''s', nextval('numbers')
SELECT $a$ $b$ $a$, nextval('numbers'), $b$ $b$
SELECT $$ $a$ $$ || nextval('numbers') || $$ $$
SELECT /* /* */ */ nextval('numbers')
SELECT -- x\nnextval('numbers')
SELECT 1 -- \\n, nextval('numbers')
SELECT 1 /* -- */, nextval('numbers')
SELECT 1 -- /*\n, nextval('numbers') -- */
SELECT '--', nextval('numbers')
SELECT '/*', nextval('numbers'), '*/'
SELECT "--", nextval('numbers') FROM (SELECT 1 AS "--") q
SELECT 1 AS "a""b", nextval('numbers')
SELECT 1 AS "a\"", nextval('numbers')
SELECT 1.e1, nextval('numbers')
SELECT 1 +/* */nextval('numbers')
SELECT 5 */* */nextval('numbers')
SELECT array_agg(nextval('numbers') ORDER BY 1) FILTER (WHERE true)
SELECT count(*) FILTER (WHERE nextval('numbers') > 0)
SELECT sum(1) OVER (ORDER BY nextval('numbers'))
SELECT sum(1) OVER w WINDOW w AS (ORDER BY nextval('numbers'))
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY nextval('numbers'))
SELECT 1 GROUP BY nextval('numbers')
SELECT count(*) FROM customers GROUP BY ROLLUP (nextval('numbers'))
SELECT * FROM customers c JOIN orders o ON o.id = nextval('numbers')
SELECT * FROM customers c JOIN LATERAL nextval('numbers') n ON true
SELECT * FROM generate_series(1, nextval('numbers')) AS g(n)
SELECT * FROM unnest(ARRAY[nextval('numbers')]) WITH ORDINALITY
SELECT * FROM json_to_record(json_build_object('a', nextval('numbers'))) AS x(a int)
SELECT * FROM XMLTABLE('/a' PASSING xmlelement(name a, nextval('numbers')) COLUMNS v text PATH '.')
SELECT * FROM XMLTABLE('/a' PASSING '<a/>'::xml COLUMNS v text PATH '@x' DEFAULT nextval('numbers')::text)
SELECT * FROM customers TABLESAMPLE bernoulli (nextval('numbers'))
SELECT * FROM (VALUES (1), (nextval('numbers'))) v(x)
SELECT 1 UNION SELECT nextval('numbers')
(SELECT 1) UNION ALL (SELECT nextval('numbers'))
VALUES (1), (nextval('numbers'))
WITH a AS (SELECT nextval('numbers') AS n) SELECT 1 FROM a
WITH a(nextval) AS (SELECT nextval('numbers')) SELECT nextval FROM a
WITH RECURSIVE a(n) AS (SELECT 1::bigint UNION ALL SELECT nextval('numbers') FROM a WHERE n < 3) SELECT * FROM a
SELECT 1; SELECT nextval('numbers')
SELECT nextval('numbers'); SELECT 1
SELECT 1; DELETE FROM edges; SELECT 2
SELECT 1;DELETE FROM edges
DELETE FROM edges; SELECT 1
;;DELETE FROM edges
/* SELECT */ DELETE FROM edges
-- SELECT 1\nDELETE FROM edges
/* route: replica */ DELETE FROM edges
-- route: replica\n\nSELECT * FROM customers FOR UPDATE
/* route: replica */ SELECT nextval('numbers')
SELECT '/* route: replica */', nextval('numbers')
(DELETE FROM edges)
EXPLAIN ANALYZE (SELECT nextval('numbers'))
EXPLAIN (ANALYZE, BUFFERS) SELECT id FROM customers FOR UPDATE
EXPLAIN (ANALYZE 'true') DELETE FROM edges
EXPLAIN (ANALYZE "on") DELETE FROM edges
EXPLAIN ANALYZE SELECT nextval('numbers')
EXPLAIN SELECT 1; DELETE FROM edges
COPY (SELECT 1) TO STDOUT; DELETE FROM edges
SELECT id FROM customers WHERE id = (SELECT max(id) FROM customers) FOR NO KEY UPDATE
SELECT c.* FROM customers AS c WHERE c.name = 'x' ORDER BY c.id FOR UPDATE OF c
SELECT id AS into INTO made FROM customers
SELECT 1 AS for FROM customers FOR UPDATE
SELECT (1) INTO made
SELECT*INTO made FROM edges
SELECT 'a' AS "into" INTO made
SELECT U&"n!0065xtval"UESCAPE'!'('numbers')
SELECT pg_catalog.U&"n?0065xtval" uescape '?' ('numbers')
SELECT U&"n!0065xtval" /* x */ UESCAPE '!' ('numbers')
SELECT U&"a!!" UESCAPE '!', nextval('numbers') FROM (SELECT 1 AS "a!") q
SELECT E'a''\\' || nextval('numbers')
SELECT E'a''b\\', nextval('numbers'), E'c\''
