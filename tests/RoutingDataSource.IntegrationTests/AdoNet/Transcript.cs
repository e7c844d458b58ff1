using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>What a program saw, line by line, in words that do not name the side it ran on.</summary>
public sealed class Transcript(string schema)
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Add(object? value, [CallerArgumentExpression(nameof(value))] string what = "") => _lines.Add($"{what} = {Describe(value)}");

    public void Throws(Action action, [CallerArgumentExpression(nameof(action))] string what = "")
    {
        try
        {
            action();
            _lines.Add($"{what} succeeded");
        }
        catch (Exception error)
        {
            _lines.Add($"{what} threw {Describe(error)}");
        }
    }

    public async Task ThrowsAsync(Func<Task> action, [CallerArgumentExpression(nameof(action))] string what = "")
    {
        try
        {
            await action();
            _lines.Add($"{what} succeeded");
        }
        catch (Exception error)
        {
            _lines.Add($"{what} threw {Describe(error)}");
        }
    }

    /// <summary>How a call of an asynchronous member ends: at once, or with its task.</summary>
    public async Task EndsAsync(Func<Task> start, [CallerArgumentExpression(nameof(start))] string what = "")
    {
        Task running;
        try
        {
            running = start();
        }
        catch (Exception error)
        {
            Add(error, $"{what} at once");
            return;
        }

        await ThrowsAsync(() => running, what);
        Add(running.Status, what);
    }

    private string Describe(object? value) => Neutral(value switch
    {
        null => "null",
        DBNull => "NULL",
        string text => $"'{text}'",
        byte[] bytes => Convert.ToHexString(bytes),
        PostgresException error => $"{error.GetType().Name} {error.SqlState}: {error.MessageText} ({Describe(error.InnerException)})",
        Exception error => $"{error.GetType().Name}: {error.Message} ({Describe(error.InnerException)})",
        IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Describe))}]",
        IFormattable formattable => $"{value.GetType().Name} {formattable.ToString(null, CultureInfo.InvariantCulture)}",
        _ => value.ToString() ?? "",
    });

    private string Neutral(string text) => new StringBuilder(text)
        .Replace(schema, "schema")
        .Replace("ReplicaRouting.Compatibility.NpgsqlConnection", "NpgsqlConnection")
        .Replace("Npgsql.Npgsql", "Npgsql")
        .Replace("NpgsqlDataSourceCommand", "NpgsqlCommand")
        .Replace("Npgsql.PoolingDataSource", "the data source")
        .Replace("ReplicaRouting.RoutingDataSource", "the data source")
        .Replace("Routing", "Npgsql")
        .ToString();
}
