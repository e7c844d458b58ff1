using ReplicaRouting.Classification;

namespace ReplicaRouting.Tests.Classification;

public sealed class SessionTextReaderTests
{
    [Theory]
    [InlineData("SET app.tenant = '7'", "app.tenant: SET app.tenant = '7'")]
    [InlineData("set session search_path to a, \"B\" , public ;", "search_path: set session search_path to a, \"B\" , public")]
    [InlineData("/* tagged */ SET statement_timeout = 500 -- why", "statement_timeout: SET statement_timeout = 500")]
    [InlineData("SET \"App\".\"Tenant\" TO DEFAULT", "app.tenant: SET \"App\".\"Tenant\" TO DEFAULT")]
    [InlineData("SET geqo_threshold = -1", "geqo_threshold: SET geqo_threshold = -1")]
    [InlineData("SET TIME ZONE 'UTC'", "timezone: SET TIME ZONE 'UTC'")]
    [InlineData("SET SESSION TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE", "timezone: SET SESSION TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE")]
    [InlineData("SET SCHEMA 'x'", "search_path: SET SCHEMA 'x'")]
    [InlineData("SET ROLE reader", "role: SET ROLE reader")]
    [InlineData("SET role = reader", "role: SET role = reader")]
    [InlineData("RESET ROLE", "role: RESET ROLE")]
    [InlineData("RESET app.tenant", "app.tenant: RESET app.tenant")]
    [InlineData("RESET ALL", "*: RESET ALL")]
    [InlineData("SET a.a = 1; SET b.b = 2;", "a.a: SET a.a = 1|b.b: SET b.b = 2")]
    [InlineData("SET a.a = 1; SET ROLE r; RESET ALL", "role: SET ROLE r|*: RESET ALL")]
    [InlineData("SET a.a = 1; SET b.b = 2; SET A.A = 3", "b.b: SET b.b = 2|a.a: SET A.A = 3")]
    [InlineData("SELECT set_config('app.tenant', 'it''s', false)", "app.tenant: SELECT set_config('app.tenant', 'it''s', false)")]
    [InlineData("select pg_catalog.SET_CONFIG('App.Tenant', $1::text, FALSE) as t", "app.tenant: SELECT set_config('app.tenant', 'seven', false)")]
    [InlineData("SELECT set_config('a.b', @quoted, false), set_config('c.d', :none, false)",
        "a.b: SELECT set_config('a.b', E'o''r \\\\ b', false)|c.d: SELECT set_config('c.d', NULL, false)")]
    [InlineData("SELECT set_config('a.b', NULL, false)", "a.b: SELECT set_config('a.b', NULL, false)")]
    public void ReadSettings_OfATextThatOnlySets_GivesWhatMakesThemAgain(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Read(text)!.Select(setting => $"{setting.Name}: {setting.Sql}")));

    [Theory]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("SET")]
    [InlineData("SET x")]
    [InlineData("SET LOCAL a.b = 1")]
    [InlineData("SET a.b = 1; SELECT 1")]
    [InlineData("SELECT 1; SET a.b = 1")]
    [InlineData("SET a.b = 1; CREATE TEMP TABLE t (id int)")]
    [InlineData("SET TRANSACTION READ ONLY")]
    [InlineData("SET transaction_read_only = off")]
    [InlineData("SET default_transaction_read_only = on")]
    [InlineData("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")]
    [InlineData("SET SESSION AUTHORIZATION app")]
    [InlineData("SET session_authorization = app")]
    [InlineData("SET CONSTRAINTS ALL DEFERRED")]
    [InlineData("SET NAMES 'LATIN1'")]
    [InlineData("SET client_encoding = 'LATIN1'")]
    [InlineData("SET SEED TO 0.5")]
    [InlineData("SET a.b = 'unterminated")]
    [InlineData("SET a.b = $1")]
    [InlineData("SET U&\"a\" = 1")]
    [InlineData("SELECT set_config('a.b', 'x', true)")]
    [InlineData("SELECT set_config('a.b', 'x', $1)")]
    [InlineData("SELECT set_config('a.b', 'x', NOT true)")]
    [InlineData("SELECT set_config('a.b', name, false) FROM t")]
    [InlineData("SELECT set_config('a.b', 'x', false) FROM t")]
    [InlineData("SELECT set_config('a.b', 'x' || 'y', false)")]
    [InlineData("SELECT set_config('a.b', nextval('s')::text, false)")]
    [InlineData("SELECT set_config(E'a.b', 'x', false)")]
    [InlineData("SELECT set_config('a''b', 'x', false)")]
    [InlineData("SELECT set_config('transaction_read_only', 'off', false)")]
    [InlineData("SELECT set_config('a.b', $9, false)")]
    [InlineData("SELECT set_config('a.b', 'x', false), nextval('s')")]
    [InlineData("SELECT mine.set_config('a.b', 'x', false)")]
    [InlineData("SELECT set_config('a.b', 'x', false) INTO t")]
    public void ReadSettings_OfAnythingElse_Refuses(string text) => Assert.Null(Read(text));

    [Theory]
    [InlineData("BEGIN READ ONLY", true)]
    [InlineData("begin transaction read only;", true)]
    [InlineData("BEGIN WORK ISOLATION LEVEL REPEATABLE READ, READ ONLY", true)]
    [InlineData("START TRANSACTION READ ONLY ISOLATION LEVEL READ COMMITTED", true)]
    [InlineData("START TRANSACTION ISOLATION LEVEL READ UNCOMMITTED READ ONLY ;;", true)]
    [InlineData("/* x */ BEGIN /* y */ READ -- z\nONLY", true)]
    [InlineData("BEGIN", false)]
    [InlineData("BEGIN READ WRITE", false)]
    [InlineData("BEGIN READ ONLY, READ WRITE", false)]
    [InlineData("BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE", false)]
    [InlineData("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY", false)]
    [InlineData("BEGIN READ ONLY; SELECT 1", false)]
    [InlineData("BEGIN READ ONLY; COMMIT", false)]
    [InlineData("SELECT 1; BEGIN READ ONLY", false)]
    [InlineData("START READ ONLY", false)]
    [InlineData("READ ONLY", false)]
    [InlineData("", false)]
    public void BeginsReadOnly_OfAText_IsTrueOnlyForABeginOfItsOwn(string text, bool expected) =>
        Assert.Equal(expected, SessionTextReader.BeginsReadOnly(text, standardConformingStrings: true));

    private static List<SessionSetting>? Read(string text) => SessionTextReader.ReadSettings(
        text,
        standardConformingStrings: true,
        (ReadOnlySpan<char> placeholder, out string? value) =>
        {
            (var isKnown, value) = placeholder.ToString() switch
            {
                "$1" => (true, "seven"),
                "@quoted" => (true, "o'r \\ b"),
                ":none" => (true, null),
                _ => (false, (string?)null),
            };
            return isKnown;
        });
}
