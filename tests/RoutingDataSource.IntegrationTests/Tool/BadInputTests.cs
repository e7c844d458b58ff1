namespace ReplicaRouting.IntegrationTests.Tool;

/// <summary>What each command says to input that cannot work.</summary>
[Collection(ClusterTests.Name)]
public sealed class BadInputTests(ClusterFixture cluster)
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("classify")]
    [InlineData("status")]
    [InlineData("check")]
    [InlineData("workload")]
    public async Task Run_NobodyListens_SaysSo(string command) =>
        (await ToolRun.RunAsync(command, "--connection", $"Host=127.0.0.1;Port=1;Username=app;Password={Secret};Database=shop"))
            .AssertRefused(command, "Connection refused. Check Host and Port", Secret);

    [Theory]
    [InlineData("classify")]
    [InlineData("status")]
    [InlineData("check")]
    [InlineData("workload")]
    public async Task Run_HostDoesNotExist_SaysSo(string command) =>
        (await ToolRun.RunAsync(command, "--connection", $"Host=nowhere.invalid;Username=app;Password={Secret}")).AssertRefused(command, "Check Host", Secret);

    [Theory]
    [InlineData("classify")]
    [InlineData("status")]
    [InlineData("check")]
    [InlineData("workload")]
    public async Task Run_WrongPassword_SaysSo(string command) =>
        (await ToolRun.RunAsync(command, "--connection", $"{cluster.ConnectionString};Password={Secret}"))
            .AssertRefused(command, "password authentication failed", Secret);

    [Theory]
    [InlineData("classify")]
    [InlineData("status")]
    [InlineData("check")]
    [InlineData("workload")]
    public async Task Run_DatabaseDoesNotExist_SaysSo(string command) =>
        (await ToolRun.RunAsync(command, "--connection", $"{cluster.ConnectionString};Database=nothing"))
            .AssertRefused(command, "database \"nothing\" does not exist. Check Database");

    [Theory]
    [InlineData("status")]
    [InlineData("check")]
    [InlineData("workload")]
    public async Task Run_NoConnection_SaysWhatToGive(string command) =>
        (await ToolRun.RunAsync(command)).AssertRefused(command, "pass --connection");

    [Theory]
    [InlineData("status", "Hst=db1;Password=hunter2", "'hst' is neither a keyword")]
    [InlineData("check", "Host=db1;Password=hunter2;Port=many", "port is 'many'")]
    [InlineData("status", "Host=db1,;Password=hunter2", "Host is missing or has an empty entry")]
    [InlineData("status", "Password=hunter2", "Host is missing")]
    [InlineData("check", "postgres://app:hunter2@db1/shop", "--connection cannot be read")]
    [InlineData("classify", "postgres://app:hunter2@db1/shop", "--connection cannot be read")]
    [InlineData("workload", "Host=db1;Password=hunter2;Max Replica Lag=soon", "Max")]
    public async Task Run_ConnectionStringIsWrong_NamesTheKeywordAndNoSecret(string command, string connection, string what) =>
        (await ToolRun.RunAsync(command, "--connection", connection)).AssertRefused(command, what, Secret);

    [Theory]
    [InlineData("status", "--wach", "--wach")]
    [InlineData("status", "--interval=never", "never")]
    [InlineData("check", "extra", "extra")]
    [InlineData("workload", "--limit=0", "--limit must be at least 1")]
    [InlineData("workload", "--limit=99999999999", "Cannot parse argument '99999999999' for option '--limit'. See")]
    [InlineData("workload", "--write-function= ", "is no name of a function or table")]
    [InlineData("workload", "--read-only-function=f(int)", "'f(int)' is no name of a function or table")]
    [InlineData("cluster", "down", "'down' is no command of it")]
    [InlineData("workload", "--colour", "unknown option --colour")]
    [InlineData("cluster up", "--replicas=17", "must be 0 to 16")]
    [InlineData("cluster up", "--replicas=two", "two")]
    [InlineData("cluster up", "--postgres=7", "7")]
    [InlineData("cluster up", "--database=", "argument missing for option: '--database'")]
    [InlineData("classify", "--connection", "--connection")]
    [InlineData("classify", "--jsnol", "unknown option --jsnol")]
    public async Task Run_WrongOption_IsNamed(string command, string option, string what) =>
        (await ToolRun.RunAsync([.. command.Split(' '), option])).AssertRefused(command, what);

    [Theory]
    [InlineData("classify")]
    [InlineData("workload")]
    public async Task Run_FileIsNotSql_SaysSo(string command)
    {
        var folder = Directory.CreateTempSubdirectory("routing-not-sql-").FullName;
        try
        {
            var (picture, letter) = (Path.Combine(folder, "picture.sql"), Path.Combine(folder, "letter.sql"));
            File.WriteAllBytes(picture, [0x89, 0x50, 0x4E, 0x47, 0xFF]);
            File.WriteAllText(letter, "Dear Ada, come for tea.");
            (await ToolRun.RunAsync(command, picture)).AssertRefused(command, "it is not UTF-8 text. Give");
            (await ToolRun.RunAsync(command, letter)).AssertRefused(command, "none of its statements begins with a command. It begins with 'Dear Ada");
            (await ToolRun.RunAsync(command, Path.Combine(folder, "nothing.sql"))).AssertRefused(command, "nothing.sql");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Classify_AFolder_SaysWhoReadsFolders() =>
        (await ToolRun.RunAsync("classify", Path.GetTempPath())).AssertRefused("classify", "routing workload reads folders");

    [Fact]
    public async Task Run_NoCommand_SaysWhereHelpIs()
    {
        var run = await ToolRun.RunAsync();
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("See routing --help", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfTheTool_FitsAScreen()
    {
        var run = await ToolRun.RunAsync("--help");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(["classify", "workload", "status", "check", "cluster"], command => Assert.Contains($"\n  {command} ", run.Output, StringComparison.Ordinal));
        Assert.InRange(run.Output.Split('\n').Length, 10, 24);
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("workload")]
    [InlineData("status")]
    [InlineData("check")]
    [InlineData("cluster", "up")]
    public async Task Help_OfACommand_HasExamples(params string[] command)
    {
        var run = await ToolRun.RunAsync([.. command, "--help"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains($"  routing {string.Join(' ', command)}", run.Output, StringComparison.Ordinal);
        if (command[0] != "classify")
            Assert.Contains("Exit codes:", run.Output, StringComparison.Ordinal);
    }
}
