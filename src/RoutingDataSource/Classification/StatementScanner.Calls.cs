namespace ReplicaRouting.Classification;

/// <content>Names before a parenthesis: calls, and what only looks like one.</content>
internal ref partial struct StatementScanner
{
    /// <summary>Keywords before a parenthesis that can never be a call; the others are asked of the catalog.</summary>
    private static bool IsSyntaxOnly(SqlKeyword keyword) => keyword switch
    {
        SqlKeyword.Select or SqlKeyword.From or SqlKeyword.In or SqlKeyword.And or SqlKeyword.Or or SqlKeyword.Not or SqlKeyword.Where
            or SqlKeyword.On or SqlKeyword.As or SqlKeyword.Any or SqlKeyword.All or SqlKeyword.Some or SqlKeyword.Case or SqlKeyword.When
            or SqlKeyword.Then or SqlKeyword.Else or SqlKeyword.Exists or SqlKeyword.Values or SqlKeyword.Union or SqlKeyword.Intersect
            or SqlKeyword.Except or SqlKeyword.Having or SqlKeyword.Limit or SqlKeyword.Offset or SqlKeyword.Using or SqlKeyword.Lateral
            or SqlKeyword.Only or SqlKeyword.Distinct or SqlKeyword.For or SqlKeyword.Fetch or SqlKeyword.Returning or SqlKeyword.Between
            or SqlKeyword.Group or SqlKeyword.Order or SqlKeyword.Window or SqlKeyword.Table or SqlKeyword.With or SqlKeyword.Grouping => true,
        _ => false,
    };

    /// <summary>Judges the name before the current parenthesis.</summary>
    private FrameKind OnCall()
    {
        if (!Decodes(_name) || !Decodes(_schema))
        {
            Refuse(RouteReason.NotUnderstood, _name.Start, _name.Length);
            return FrameKind.Arguments;
        }

        Span<char> buffer = stackalloc char[FunctionCatalog.MaxName];
        Span<char> schemaBuffer = stackalloc char[FunctionCatalog.MaxName];
        scoped var name = Bare(_name, buffer);
        var quoted = IsQuoted(_name);
        var qualified = _schema.Length > 0;
        ref readonly var entry = ref qualified
            ? ref _catalog.FindQualified(Bare(_schema, schemaBuffer), IsQuoted(_schema), name, quoted)
            : ref _catalog.FindName(name, quoted);
        var flags = entry.Flags;
        if (!qualified && !quoted && (flags & (NameFlags.Syntax | NameFlags.Refused)) == NameFlags.Syntax)
        {
            return (flags & NameFlags.Substring) != 0 ? FrameKind.SubstringArguments : FrameKind.Group;
        }

        if (_previousKeyword == SqlKeyword.Operator && IsOperatorName())
        {
            return FrameKind.OperatorName;
        }

        // An extension's function by its schema, or one that the options call harmless, reaches outside all the same.
        _reachesOutside |= ((qualified ? _catalog.FindName(name, quoted).Flags | flags : flags) & NameFlags.ReachesOutside) != 0;

        if ((flags & NameFlags.Refused) != 0)
        {
            return OnRefusedCall(entry);
        }

        if ((flags & NameFlags.Harmless) == 0 && !_planOnly && !IsNoCall(name) && !IsGraphTable(name))
        {
            RefuseUnknown(_name.Start, _name.Length);
        }

        return FrameKind.Arguments;
    }

    private FrameKind OnRefusedCall(in NameEntry entry)
    {
        var flags = entry.Flags;
        if (_planOnly || ((flags & NameFlags.CurrentSetting) != 0 && ReadsHarmlessSetting()))
        {
            return FrameKind.Arguments;
        }

        Refuse(entry.Reason, _name.Start, _name.Length);
        if ((flags & NameFlags.LeavesState) != 0)
        {
            LeaveState();
        }

        return (flags & NameFlags.SetConfig) != 0 ? FrameKind.SetConfigArguments : FrameKind.Arguments;
    }

    /// <summary>Whether what looks like the call of an unknown function cannot be one for what stands before it: two operands never stand side by
    /// side, so it is an alias with a column list, or a type with a modifier.</summary>
    private readonly bool IsNoCall(scoped ReadOnlySpan<char> name)
    {
        switch (_before)
        {
            case PreviousToken.Operand or PreviousToken.Cast:
                return true;
            case PreviousToken.Name:
                if (_beforeName.Kind == TokenKind.Word)
                {
                    var word = Text(_beforeName);
                    var flags = _catalog.FindName(word, quoted: false).Flags;
                    return (flags & (NameFlags.Keyword | NameFlags.Syntax)) == 0
                        || _previousKeyword is SqlKeyword.Ilike or SqlKeyword.Join
                        || IsTypeContinued(word, name);
                }

                return true;
            case PreviousToken.Keyword:
                return _beforeNameKeyword switch
                {
                    SqlKeyword.As or SqlKeyword.Ordinality or SqlKeyword.Fetch => true,
                    SqlKeyword.Left or SqlKeyword.Right or SqlKeyword.Full or SqlKeyword.Inner or SqlKeyword.Outer or SqlKeyword.Cross
                        or SqlKeyword.Natural => _previousKeyword == SqlKeyword.Join,
                    SqlKeyword.Order or SqlKeyword.Group or SqlKeyword.Partition => _previousKeyword == SqlKeyword.By || IsGroupingForm,
                    SqlKeyword.Grouping => name.Equals("sets", StringComparison.OrdinalIgnoreCase),
                    SqlKeyword.Not => _previousKeyword == SqlKeyword.Ilike,
                    SqlKeyword.By or SqlKeyword.Distinct or SqlKeyword.All => IsGroupingForm,
                    _ => false,
                };
            case PreviousToken.Comma or PreviousToken.Start:
                return IsGroupingForm;
            default:
                return false;
        }
    }

    /// <summary>Whether this is <c>GRAPH_TABLE (g MATCH …)</c> of PostgreSQL 19 and not a function of that name: two names side by side are no
    /// argument.</summary>
    private readonly bool IsGraphTable(scoped ReadOnlySpan<char> name)
    {
        if (!name.Equals("graph_table", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var ahead = _lexer;
        var kind = ahead.Next();
        while (kind is TokenKind.Word or TokenKind.QuotedName or TokenKind.EncodedName)
        {
            kind = ahead.Next();
            if (kind != TokenKind.Dot)
            {
                return kind == TokenKind.Word && NameTable.EqualsFolded(_text.Slice(ahead.Start, ahead.Length), "match");
            }

            kind = ahead.Next();
        }

        return false;
    }

    private readonly bool IsGroupingForm => _clause == Clause.GroupBy && _previousKeyword is SqlKeyword.Rollup or SqlKeyword.Cube;

    private static bool IsTypeContinued(ReadOnlySpan<char> before, scoped ReadOnlySpan<char> name) =>
        (name.Equals("varying", StringComparison.OrdinalIgnoreCase)
            && (before.Equals("character", StringComparison.OrdinalIgnoreCase)
                || before.Equals("char", StringComparison.OrdinalIgnoreCase)
                || before.Equals("nchar", StringComparison.OrdinalIgnoreCase)
                || before.Equals("bit", StringComparison.OrdinalIgnoreCase)))
        || (name.Equals("zone", StringComparison.OrdinalIgnoreCase) && before.Equals("time", StringComparison.OrdinalIgnoreCase))
        || (name.Equals("second", StringComparison.OrdinalIgnoreCase) && (before.Equals("interval", StringComparison.OrdinalIgnoreCase) || before.Equals("to", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether the parenthesis holds the name of an operator: names and dots, and then operator characters. Refuses an operator that
    /// is not known to be harmless.</summary>
    private bool IsOperatorName()
    {
        var ahead = _lexer;
        var kind = ahead.Next();
        var schema = default(NameToken);
        while (kind is TokenKind.Word or TokenKind.QuotedName)
        {
            schema = new NameToken(ahead.Start, ahead.Length, kind);
            if (ahead.Next() != TokenKind.Dot)
            {
                return false;
            }

            kind = ahead.Next();
        }

        if (kind != TokenKind.Operator)
        {
            return false;
        }

        if (!_planOnly
            && (schema.Length == 0 || !FunctionCatalog.Matches(Bare(schema, []), IsQuoted(schema), "pg_catalog"))
            && _catalog.UserFunctions is null)
        {
            RefuseUnknown(ahead.Start, ahead.Length);
        }

        return true; // the operator itself is judged when the walk comes to it
    }

    /// <summary>Whether the arguments of current_setting begin with a plain string that names a setting which does not tell servers apart.</summary>
    private readonly bool ReadsHarmlessSetting()
    {
        var ahead = _lexer;
        if (ahead.Next() != TokenKind.String)
        {
            return false;
        }

        var literal = _text.Slice(ahead.Start, ahead.Length);
        if (literal.Length < 3 || literal[0] != '\'' || literal[1..^1].IndexOfAny('\'', '\\') >= 0)
        {
            return false;
        }

        var next = ahead.Next();
        if (next is not TokenKind.CloseParen and not TokenKind.Comma)
        {
            return false;
        }

        return !ServerSettings.TellServersApart(literal[1..^1]);
    }
}
