"""Writes corpus.jsonl. Kept so that the templates can be read and grown; the file itself is what the tests run."""
import json

out, seen = [], set()


def add(sql, silent=False, ext=None, since=None):
    if sql in seen:
        return
    seen.add(sql)
    row = {"sql": sql}
    if silent:
        row["silent"] = True
    if ext:
        row["extension"] = ext
    if since:
        row["since"] = since
    out.append(row)


def many(text, **kw):
    for line in text.strip().splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            add(line.replace("\\n", "\n").replace("\\t", "\t"), **kw)


# ---- reads: the shapes that the grammar allows ---------------------------------------------------------------------------
many(open("reads.sql").read())
many(open("writes.sql").read())
many(open("silent.sql").read(), silent=True)
many(open("traps.sql").read())

# ---- every expression below, in every place where an expression can stand -----------------------------------------------
exprs = [l.strip() for l in open("expressions.sql").read().splitlines() if l.strip() and not l.startswith("#")]
wraps = [
    "SELECT {e}",
    "SELECT {e} AS result FROM customers LIMIT 1",
    "SELECT id FROM customers WHERE ({e}) IS NOT NULL LIMIT 1",
    "SELECT * FROM (SELECT {e} AS v) AS q",
    "WITH c AS (SELECT {e} AS v) SELECT v FROM c",
    "VALUES (({e}))",
    "SELECT CASE WHEN ({e}) IS NULL THEN 0 ELSE 1 END",
    "SELECT ARRAY(SELECT ({e})::text)",
    "SELECT id FROM orders ORDER BY ({e}) IS NULL, id LIMIT 1",
    "SELECT count(*) FILTER (WHERE ({e}) IS NULL) FROM orders",
    "EXPLAIN SELECT {e}",
    "COPY (SELECT {e}) TO STDOUT",
    "(SELECT ({e})::text) UNION ALL (SELECT 'x')",
    "SELECT EXISTS (SELECT 1 WHERE ({e}) IS NOT NULL)",
    "SELECT x.v FROM customers c CROSS JOIN LATERAL (SELECT ({e})::text AS v) x LIMIT 1",
]
for i, e in enumerate(exprs):
    for k in (0, 1 + i % 7, 8 + i % 7):
        add(wraps[k].format(e=e))

# ---- what must run on the primary, in every place where an expression can stand ---------------------------------------------
loud = [l.strip() for l in open("loud_calls.sql").read().splitlines() if l.strip() and not l.startswith("#")]
for i, e in enumerate(loud):
    for k in (0, 1 + i % 7, 8 + i % 7):
        if not wraps[k].startswith("EXPLAIN"):
            add(wraps[k].format(e=e))
quiet = [l.strip() for l in open("silent_calls.sql").read().splitlines() if l.strip() and not l.startswith("#")]
for i, e in enumerate(quiet):
    for k in (0, 1 + i % 7, 8 + i % 7):
        if not wraps[k].startswith("EXPLAIN"):
            add(wraps[k].format(e=e), silent=True)

# ---- what an object mapper writes ----------------------------------------------------------------------------------------
preds = ['p."Id" = 5', 'p."Price" > 10.0', 'p."Name" LIKE \'P%\'', 'p."IsActive"', 'NOT (p."IsActive")', 'p."CategoryId" IN (1, 2, 3)',
         'p."CategoryId" = ANY (ARRAY[1,2]::integer[])', 'p."Name" IS NULL', 'lower(p."Name") = \'x\'', 'p."CreatedAt" >= TIMESTAMPTZ \'2024-01-01T00:00:00Z\'',
         'p."Tags" @> ARRAY[\'x\']::text[]', 'cardinality(p."Tags") > 0', "p.\"Data\" #>> '{a,b}' = '1'", 'date_part(\'year\', p."CreatedAt" AT TIME ZONE \'UTC\')::int = 2024',
         'strpos(p."Name", \'x\') > 0', 'p."Name" ILIKE \'%x%\' ESCAPE \'\'', 'COALESCE(p."Name", \'\') <> \'\'', 'length(p."Name")::int > 3',
         'EXISTS (SELECT 1 FROM "Categories" AS c0 WHERE c0."Id" = p."CategoryId")', 'p."Price" BETWEEN 1 AND 2',
         '(p."CategoryId", p."Id") IN (SELECT c1."Id", c1."Id" FROM "Categories" AS c1)', "p.\"Name\" ~ '^P[0-9]+$'", 'starts_with(p."Name", \'P\')']
tails = ['', ' ORDER BY p."Id"', ' ORDER BY p."Name" DESC NULLS LAST, p."Id" LIMIT 10 OFFSET 5', ' LIMIT 1']
for i, p in enumerate(preds):
    for j, t in enumerate(tails):
        add(f'SELECT p."Id", p."CategoryId", p."Name", p."Price"\nFROM "Products" AS p\nWHERE {p}{t}')
    add(f'SELECT count(*)::int\nFROM "Products" AS p\nWHERE {p}')
    add(f'SELECT EXISTS (\n    SELECT 1\n    FROM "Products" AS p\n    WHERE {p})')
    add(f'SELECT c."Name", count(*)::int AS "Count", COALESCE(sum(p."Price"), 0.0) AS "Total"\nFROM "Products" AS p\nINNER JOIN "Categories" AS c ON p."CategoryId" = c."Id"\nWHERE {p}\nGROUP BY c."Name"')
    add(f'-- GetProducts\n\nSELECT p0."Id", c."Id", c."Name"\nFROM (\n    SELECT p."Id", p."CategoryId"\n    FROM "Products" AS p\n    WHERE {p}\n    LIMIT 3\n) AS p0\nLEFT JOIN "Categories" AS c ON p0."CategoryId" = c."Id"\nORDER BY p0."Id"')
    add(f'DELETE FROM "Products" AS p\nWHERE {p}')
    add(f'UPDATE "Products" AS p\nSET "Price" = p."Price" + 1.0\nWHERE {p}')
    add(f'SELECT p."Id" FROM "Products" AS p WHERE {p} FOR UPDATE')
    add(f'WITH gone AS (DELETE FROM "Products" AS p WHERE {p} RETURNING p."Id") SELECT count(*) FROM gone')

# ---- locking clauses -----------------------------------------------------------------------------------------------------
for strength in ["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"]:
    for rest in ["", " OF c", " NOWAIT", " SKIP LOCKED", " OF c SKIP LOCKED"]:
        add(f"SELECT c.id FROM customers c WHERE c.id = 1 FOR {strength}{rest}")
        add(f"SELECT * FROM (SELECT c.id FROM customers c LIMIT 1 FOR {strength}{rest}) q")
        add(f"SELECT id FROM orders WHERE customer_id IN (SELECT c.id FROM customers c\nFOR\t{strength}{rest})")
        add(f"WITH q AS MATERIALIZED (SELECT c.id FROM customers c FOR /* x */ {strength}{rest}) SELECT * FROM q")
        add(f"EXPLAIN SELECT c.id FROM customers c FOR {strength}{rest}")

# ---- EXPLAIN -------------------------------------------------------------------------------------------------------------
for target in ["SELECT * FROM orders", "INSERT INTO edges VALUES (1, 2)", "UPDATE orders SET note = 'x' WHERE id = 1", "DELETE FROM edges",
               "WITH d AS (DELETE FROM edges RETURNING a) SELECT * FROM d", "SELECT nextval('numbers')", "VALUES (1)", "TABLE orders",
               "MERGE INTO edges e USING orders o ON e.a = o.id WHEN MATCHED THEN DELETE", "CREATE TABLE made AS SELECT 1 AS one",
               "DECLARE c CURSOR FOR SELECT 1", "(SELECT 1)", "WITH a AS (SELECT 1) SELECT * FROM a"]:
    for form in ["EXPLAIN", "EXPLAIN VERBOSE", "EXPLAIN ANALYZE", "EXPLAIN ANALYSE VERBOSE", "EXPLAIN (ANALYZE)", "EXPLAIN (ANALYZE false)",
                 "EXPLAIN (ANALYZE off, COSTS off)", "EXPLAIN (COSTS off, ANALYZE true)", "EXPLAIN (VERBOSE, FORMAT json)", "EXPLAIN (ANALYZE 1, TIMING off)",
                 "EXPLAIN (analyze 0, BUFFERS false)", "explain (format 'yaml', settings)"]:
        if "DECLARE" not in target or "ANALY" not in form.upper() or "0" in form:
            add(f"{form} {target}")

# ---- several statements ---------------------------------------------------------------------------------------------------
reads = ["SELECT 1", "SELECT count(*) FROM orders", "VALUES (1)", "TABLE edges"]
for a in reads:
    for b in ["SELECT 2", "DELETE FROM edges WHERE a = -1", "SELECT nextval('numbers')", "SELECT id FROM customers FOR UPDATE", "SELECT * INTO made FROM edges"]:
        add(f"{a}; {b}")
        add(f"{b}; {a};")
        add(f"{a};;\n{b} ;")

with open("corpus.jsonl", "w") as f:
    for row in out:
        f.write(json.dumps(row, ensure_ascii=False) + "\n")
print(len(out), sum(1 for r in out if r.get("silent")))
