using System.Text;

namespace ReplicaRouting.Classification;

/// <summary>Gives the value that a placeholder stands for, as the text that PostgreSQL would make of it.</summary>
/// <param name="placeholder">The placeholder with its prefix: <c>$1</c>, <c>@name</c>, <c>:name</c>.</param>
/// <param name="value">The text; <see langword="null"/> for NULL.</param>
/// <returns>Whether there is such a value and its text is known.</returns>
internal delegate bool ParameterText(ReadOnlySpan<char> placeholder, out string? value);

/// <summary>Reads the few statements about the session that need not run on the primary. What it does not know in full, it refuses.</summary>
internal ref struct SessionTextReader
{
    private readonly ReadOnlySpan<char> _text;
    private SqlLexer _lexer;
    private TokenKind _token;
    private int _lastEnd;

    private SessionTextReader(ReadOnlySpan<char> text, bool standardConformingStrings)
    {
        _text = text;
        _lexer = new(text, standardConformingStrings);
        Advance();
    }

    /// <summary>Reads a text that does nothing but make settings: <c>SET</c> without LOCAL, <c>RESET</c>, <c>SELECT set_config(…, false)</c>.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="standardConformingStrings">The servers' setting of that name.</param>
    /// <param name="parameters">The values of the command's parameters.</param>
    /// <returns>The settings in their order; <see langword="null"/> when the text does anything else.</returns>
    public static List<SessionSetting>? ReadSettings(ReadOnlySpan<char> text, bool standardConformingStrings, ParameterText parameters)
    {
        var reader = new SessionTextReader(text, standardConformingStrings);
        var settings = new List<SessionSetting>();
        while (reader._token != TokenKind.End)
        {
            if (reader._token == TokenKind.Semicolon)
                reader.Advance();
            else if (!reader.ReadSetting(settings, parameters))
                return null;
        }

        return settings.Count == 0 ? null : settings;
    }

    /// <summary>Whether a text begins a transaction, and does nothing else, in which PostgreSQL refuses every write and that a standby can serve.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="standardConformingStrings">The servers' setting of that name.</param>
    public static bool BeginsReadOnly(ReadOnlySpan<char> text, bool standardConformingStrings)
    {
        var reader = new SessionTextReader(text, standardConformingStrings);
        if (reader.Take("begin"))
            _ = reader.Take("work") || reader.Take("transaction");
        else if (!reader.Take("start") || !reader.Take("transaction"))
            return false;
        var isReadOnly = false;
        while (reader._token is not (TokenKind.End or TokenKind.Semicolon))
        {
            if (reader.Take("read"))
            {
                if (!reader.Take("only"))
                    return false;
                isReadOnly = true;
            }
            else if (reader.Take("isolation"))
            {
                if (!reader.Take("level") || !(reader.Take("repeatable") ? reader.Take("read") : reader.Take("read") && (reader.Take("committed") || reader.Take("uncommitted"))))
                    return false;
            }
            else if (reader._token == TokenKind.Comma)
            {
                reader.Advance();
            }
            else
            {
                return false;
            }
        }

        while (reader._token == TokenKind.Semicolon)
            reader.Advance();
        return isReadOnly && reader._token == TokenKind.End;
    }

    private bool ReadSetting(List<SessionSetting> settings, ParameterText parameters)
    {
        var start = _lexer.Start;
        if (Take("select"))
            return ReadFunctions(settings, parameters);
        var resets = Take("reset");
        if (!resets && (!Take("set") || Is("local")))
            return false;
        if (!resets && Take("session") && (Is("authorization") || Is("characteristics")))
            return false;

        string? name;
        if (resets && Take("all"))
            name = SessionSetting.Everything;
        else if (Take("time") && Take("zone"))
            name = "timezone";
        else if (!resets && Is("schema"))
            name = TakeAny("search_path");
        else if (Is("role"))
            name = ReadName(); // SET ROLE x, SET role = x, RESET ROLE
        else if ((name = ReadName()) is null || IsBoundToTransactionOrConnection(name) || (!resets && !Take("to") && !TakeOperator()))
            return false;

        while (_token is not (TokenKind.End or TokenKind.Semicolon))
        {
            if (_token is TokenKind.Unterminated or TokenKind.Ambiguous or TokenKind.Parameter or TokenKind.Placeholder)
                return false;
            Advance();
        }

        SessionSetting.Put(settings, new(name!, _text[start.._lastEnd].ToString()));
        return true;
    }

    // SELECT set_config('name', 'value' or a placeholder, false), …
    private bool ReadFunctions(List<SessionSetting> settings, ParameterText parameters)
    {
        do
        {
            if (Take("pg_catalog") && !TakeToken(TokenKind.Dot))
                return false;
            if (!Take("set_config") || !TakeToken(TokenKind.OpenParen) || !TryTakeName(out var name) || !TakeToken(TokenKind.Comma)
                || !TryTakeValue(parameters, out var value) || !TakeToken(TokenKind.Comma) || !Take("false") || !TakeToken(TokenKind.CloseParen))
                return false;
            if (Take("as") && _token is not (TokenKind.Word or TokenKind.QuotedName))
                return false;
            if (_token is TokenKind.Word or TokenKind.QuotedName)
                Advance(); // a name for the column
            if (IsBoundToTransactionOrConnection(name))
                return false;
            SessionSetting.Put(settings, new(name, $"SELECT set_config('{name}', {value}, false)"));
        }
        while (TakeToken(TokenKind.Comma));

        return _token is TokenKind.End or TokenKind.Semicolon;
    }

    private bool TryTakeName(out string name)
    {
        name = "";
        var literal = Current;
        if (_token != TokenKind.String || literal[0] != '\'' || literal[^1] != '\'' || literal[1..^1].ContainsAny('\'', '\\'))
            return false;
        name = literal[1..^1].ToString().ToLowerInvariant();
        Advance();
        return name.Length > 0;
    }

    private bool TryTakeValue(ParameterText parameters, out string value)
    {
        value = "NULL";
        switch (_token)
        {
            case TokenKind.String:
                value = Current.ToString();
                break;
            case TokenKind.Parameter or TokenKind.Placeholder:
                var prefix = _token == TokenKind.Placeholder ? 1 : 0; // the token is the name alone
                if (!parameters(_text[(_lexer.Start - prefix).._lexer.End], out var text))
                    return false;
                if (text is not null)
                    value = Quote(text);
                break;
            default:
                if (!Is("null"))
                    return false;
                break;
        }

        Advance();
        return !TakeToken(TokenKind.Cast) || Take("text") || Take("varchar");
    }

    private string? ReadName()
    {
        var name = new StringBuilder();
        do
        {
            if (_token == TokenKind.Word)
                name.Append(Current);
            else if (_token == TokenKind.QuotedName)
                name.Append(Current[1..^1]);
            else
                return null;
            Advance();
            if (_token != TokenKind.Dot)
                return name.ToString().ToLowerInvariant();
            name.Append('.');
            Advance();
        }
        while (true);
    }

    // What a replica refuses, what is over with the transaction, what Npgsql itself lives by, and who the session is.
    private static bool IsBoundToTransactionOrConnection(string name) =>
        name is "names" or "client_encoding" or "session_authorization" or "seed" or "xml" or "constraints" or "transaction"
        || name.StartsWith("transaction_", StringComparison.Ordinal) || name.StartsWith("default_transaction_", StringComparison.Ordinal);

    // In a form that means the same whatever standard_conforming_strings says.
    private static string Quote(string value)
    {
        var quoted = value.Replace("'", "''", StringComparison.Ordinal);
        return quoted.Contains('\\', StringComparison.Ordinal) ? $"E'{quoted.Replace("\\", "\\\\", StringComparison.Ordinal)}'" : $"'{quoted}'";
    }

    private readonly ReadOnlySpan<char> Current => _text.Slice(_lexer.Start, _lexer.Length);

    private readonly bool Is(string word) => _token == TokenKind.Word && NameTable.EqualsFolded(Current, word);

    private bool Take(string word)
    {
        if (!Is(word))
            return false;
        Advance();
        return true;
    }

    private string TakeAny(string name)
    {
        Advance();
        return name;
    }

    private bool TakeToken(TokenKind kind)
    {
        if (_token != kind)
            return false;
        Advance();
        return true;
    }

    private bool TakeOperator()
    {
        if (_token != TokenKind.Operator || Current is not "=")
            return false;
        Advance();
        return true;
    }

    private void Advance()
    {
        _lastEnd = _lexer.End;
        _token = _lexer.Next();
    }
}
