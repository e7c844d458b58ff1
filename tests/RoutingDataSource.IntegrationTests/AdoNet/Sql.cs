using System.Data;
using System.Data.Common;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>The shortest way to say it in plain ADO.NET.</summary>
internal static class Sql
{
    public static DbCommand Command(this DbConnection connection, string sql, params object?[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
        {
            var parameter = command.CreateParameter();
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static int Execute(this DbConnection connection, string sql, params object?[] values)
    {
        using var command = connection.Command(sql, values);
        return command.ExecuteNonQuery();
    }

    public static object? Scalar(this DbConnection connection, string sql, params object?[] values)
    {
        using var command = connection.Command(sql, values);
        return command.ExecuteScalar();
    }

    public static async Task<object?> ScalarAsync(this DbConnection connection, string sql, params object?[] values)
    {
        await using var command = connection.Command(sql, values);
        return await command.ExecuteScalarAsync();
    }

    public static List<object?[]> Rows(this DbConnection connection, string sql, params object?[] values)
    {
        using var command = connection.Command(sql, values);
        using var reader = command.ExecuteReader();
        return reader.Rows();
    }

    public static List<object?[]> Rows(this DbDataReader reader)
    {
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    public static DbConnection Opened(this DbDataSource source)
    {
        var connection = source.CreateConnection();
        connection.Open();
        return connection;
    }

    public static bool IsOpen(this DbConnection connection) => connection.State == ConnectionState.Open;
}
