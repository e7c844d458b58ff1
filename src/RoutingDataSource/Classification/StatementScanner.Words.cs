namespace ReplicaRouting.Classification;

/// <content>Words: keywords in their place, and names.</content>
internal ref partial struct StatementScanner
{
    private void OnWord()
    {
        if (_catalog.RefusedGrammar != GrammarOperators.None && !_planOnly && (_catalog.RefusedGrammar & GrammarOperatorTable.OfWord(CurrentText)) != 0)
        {
            Refuse(RouteReason.VolatileFunction);
            LeaveState();
        }

        var keyword = KeywordTable.Find(CurrentText);
        if (keyword == SqlKeyword.None)
        {
            OnName();
            return;
        }

        if (keyword >= SqlKeyword.LastValue)
        {
            CheckSequenceColumn();
            OnName();
            return;
        }

        // Behind a dot, and behind AS but for the parts of WITH, every word is a name.
        if (_previous == PreviousToken.Dot || (_previousKeyword == SqlKeyword.As && _clause != Clause.CteAs))
        {
            OnName();
            return;
        }

        OnKeyword(keyword);
    }

    private void OnKeyword(SqlKeyword keyword)
    {
        switch (keyword)
        {
            case SqlKeyword.Select:
            case SqlKeyword.Values when _previous == PreviousToken.Start || _clause >= Clause.CteDone:
                BeginQuery(Clause.Query);
                break;
            case SqlKeyword.Table:
                BeginQuery(Clause.From);
                break;
            case SqlKeyword.With when _previous == PreviousToken.Start:
                _clause = Clause.CteName;
                break;
            case SqlKeyword.From:
                RequireNoCte();
                if (_clause != Clause.None && !(_previousKeyword == SqlKeyword.Distinct && _beforeKeyword is SqlKeyword.Is or SqlKeyword.Not))
                {
                    _clause = Clause.From;
                }

                break;
            case SqlKeyword.Group:
                RequireNoCte();
                if (_clause != Clause.None && _previousKeyword != SqlKeyword.Within)
                {
                    _clause = Clause.GroupBy;
                }

                break;
            case SqlKeyword.Where or SqlKeyword.Having or SqlKeyword.Window or SqlKeyword.Order or SqlKeyword.Limit or SqlKeyword.Offset
                or SqlKeyword.Fetch or SqlKeyword.Union or SqlKeyword.Intersect or SqlKeyword.Except:
                RequireNoCte();
                if (_clause != Clause.None)
                {
                    _clause = Clause.Query;
                }

                break;
            case SqlKeyword.Into:
                OnInto();
                break;
            case SqlKeyword.For:
                OnFor();
                break;
            case SqlKeyword.Insert or SqlKeyword.Update or SqlKeyword.Delete or SqlKeyword.Merge:
                if (!OnModification())
                {
                    OnName();
                    return;
                }

                break;
            case SqlKeyword.As when _clause == Clause.CteNamed || (_clause == Clause.CteName && _previousKeyword == SqlKeyword.Recursive):
                _clause = Clause.CteAs;
                break;
            case SqlKeyword.Not or SqlKeyword.Materialized when _clause == Clause.CteAs:
            case SqlKeyword.Recursive when _clause == Clause.CteName && _previousKeyword == SqlKeyword.With:
                break;
            case SqlKeyword.Search or SqlKeyword.Cycle when _clause is Clause.CteDone or Clause.CteSearch:
                _clause = Clause.CteSearch;
                _searchHasSet = false;
                break;
            case SqlKeyword.Set when _clause == Clause.CteSearch:
                _searchHasSet = true;
                break;
            case SqlKeyword.True or SqlKeyword.False or SqlKeyword.Null or SqlKeyword.End:
                RequireNoCte();
                Follow(PreviousToken.Operand, keyword);
                return;
            default:
                if (_clause is >= Clause.CteName and not Clause.CteSearch)
                {
                    OnName(); // an unreserved keyword can be a WITH query's name
                    return;
                }

                RequireNoCte();
                break;
        }

        NameFollows();
        Follow(PreviousToken.Keyword, keyword);
        _nameIsPrevious = true;
    }

    private void BeginQuery(Clause clause)
    {
        if (_clause is >= Clause.CteName and < Clause.CteDone)
        {
            Refuse(RouteReason.NotUnderstood);
        }

        _clause = clause;
    }

    /// <summary>Keeps what stands before the name that the current token begins or continues.</summary>
    private void NameFollows()
    {
        if (_previous == PreviousToken.Dot)
        {
            _schema = _name;
        }
        else
        {
            _beforeName = _nameIsPrevious ? _name : default;
            _before = _previous;
            _beforeNameKeyword = _previousKeyword;
            _schema = default;
            _nameIsRelation = ExpectsRelation;
        }

        _name = CurrentName;
    }

    private void OnName()
    {
        switch (_clause)
        {
            case Clause.CteName when _previous == PreviousToken.Comma || _previousKeyword is SqlKeyword.With or SqlKeyword.Recursive:
                _clause = Clause.CteNamed;
                break;
            case >= Clause.CteName and not Clause.CteSearch:
                Refuse(RouteReason.NotUnderstood);
                break;
            case Clause.None when _kind == FrameKind.CteBody && _previous == PreviousToken.Start:
                Refuse(RouteReason.NotUnderstood);
                break;
        }

        NameFollows();
        CheckName();
        Follow(PreviousToken.Name);
        _nameIsPrevious = true;
    }

    private void CheckName()
    {
        if (_token == TokenKind.EncodedName && (!Decodes(_name) || Peek(out var next) == TokenKind.Word && next == SqlKeyword.Uescape))
        {
            Refuse(RouteReason.NotUnderstood);
            return;
        }

        Span<char> buffer = stackalloc char[_token == TokenKind.EncodedName ? FunctionCatalog.MaxName : 0];
        if (_token == TokenKind.Placeholder && !_planOnly && !_catalog.TrustsPlainReads && _text[_lexer.Start - 1] == '@')
        {
            CheckOperator("@"); // without a parameter of that name it is an operator
        }

        scoped var name = Bare(_name, buffer);
        var quoted = IsQuoted(_name);
        if (name.Length > 6 && (name[0] | 0x20) == 'p' && name[2] == '_' && (name[1] | 0x20) == 'g')
        {
            CheckSystemName(name, quoted);
        }

        if (_token != TokenKind.Word && name.Length is 7 or 9 or 10 && KeywordTable.Find(name) >= SqlKeyword.LastValue)
        {
            CheckSequenceColumn();
        }

        if (_nameIsRelation)
        {
            _ownsSequenceColumn |= _catalog.HasRelations && _catalog.OwnsSequenceColumn(name, quoted);
            if (_catalog.HasRelations && Peek(out _) is not TokenKind.Dot and not TokenKind.OpenParen)
            {
                CheckRelation(name, quoted);
            }
        }
        else if (!_planOnly && _previous == PreviousToken.Dot && IsRefusedAttribute(name, quoted))
        {
            // (x).f calls f(x) when there is no such column, whoever wrote f
        }
        else if (_catalog.HasAttributes && !_planOnly && _catalog.MayBeAttributeCall(name, quoted) && MayNameType
            && Peek(out _) is not TokenKind.OpenParen and not TokenKind.Dot)
        {
            Refuse(RouteReason.VolatileFunction);
            LeaveState();
        }
    }

    private bool IsRefusedAttribute(scoped ReadOnlySpan<char> name, bool quoted)
    {
        ref readonly var entry = ref _catalog.FindName(name, quoted);
        if ((entry.Flags & NameFlags.Refused) == 0 || Peek(out _) is TokenKind.OpenParen or TokenKind.Dot)
        {
            return false;
        }

        Refuse(entry.Reason);
        LeaveState();
        return true;
    }

    private void CheckRelation(scoped ReadOnlySpan<char> name, bool quoted)
    {
        Span<char> buffer = stackalloc char[FunctionCatalog.MaxName];
        if (_catalog.IsPrimaryRelation(Bare(_schema, buffer), IsQuoted(_schema), name, quoted, out var reason))
        {
            Refuse(reason);
        }
    }

    /// <summary>Gets whether the current name may stand for a function without a parenthesis: an attribute behind a dot, or a type that values
    /// are converted to, whose cast or check may call a function.</summary>
    private readonly bool MayNameType => _previous switch
    {
        PreviousToken.Dot or PreviousToken.Cast => true,
        PreviousToken.Name => true, // a column and its type, as in AS x(a some_type)
        PreviousToken.Keyword => (_previousKeyword == SqlKeyword.As ? _clause == Clause.None : !BeginsExpression(_previousKeyword))
            || Peek(out _) == TokenKind.String,
        _ => Peek(out _) == TokenKind.String,
    };

    /// <summary>Whether a keyword can be no column's name, so that no type follows it.</summary>
    private static bool BeginsExpression(SqlKeyword keyword) => keyword switch
    {
        SqlKeyword.Select or SqlKeyword.From or SqlKeyword.Where or SqlKeyword.And or SqlKeyword.Or or SqlKeyword.Not or SqlKeyword.On or SqlKeyword.By
            or SqlKeyword.Having or SqlKeyword.Case or SqlKeyword.When or SqlKeyword.Then or SqlKeyword.Else or SqlKeyword.In or SqlKeyword.Is
            or SqlKeyword.Like or SqlKeyword.Ilike or SqlKeyword.Between or SqlKeyword.Distinct or SqlKeyword.All or SqlKeyword.Any or SqlKeyword.Some
            or SqlKeyword.Limit or SqlKeyword.Offset or SqlKeyword.Using or SqlKeyword.Join or SqlKeyword.Lateral or SqlKeyword.Only => true,
        _ => false,
    };

    /// <summary>Names of PostgreSQL's own that belong to one server or one session.</summary>
    private void CheckSystemName(scoped ReadOnlySpan<char> name, bool quoted)
    {
        if (SystemRelations.IsTemporarySchema(name, quoted))
        {
            if (Peek(out _) == TokenKind.Dot)
            {
                Refuse(RouteReason.SessionState);
                if (_creates)
                {
                    LeaveState();
                }
            }
        }
        else if (!_planOnly && SystemRelations.IsPerServer(name, quoted, out var reason) && Peek(out _) != TokenKind.OpenParen)
        {
            Refuse(reason);
        }
    }

    /// <summary>last_value, is_called and log_cnt are the columns of a sequence. As a label or a window function the name is harmless, and so it is
    /// where a relation that is no sequence brings such a column. A placeholder's name is a column's if the command has no such parameter;
    /// once the server told of its sequences, they are known by their own names, and a placeholder is believed to be one.</summary>
    private void CheckSequenceColumn()
    {
        if (_token == TokenKind.Placeholder && _catalog.UserFunctions is not null)
        {
            return;
        }

        if (!_planOnly
            && _sequenceColumnLength == 0
            && (_token == TokenKind.Placeholder || _previous is not PreviousToken.Operand) // many words of the grammar stand like names before an expression
            && _previousKeyword != SqlKeyword.As
            && Peek(out _) != TokenKind.OpenParen)
        {
            (_sequenceColumnStart, _sequenceColumnLength) = (_lexer.Start, _lexer.Length);
        }
    }

    private void OnInto()
    {
        if (_planOnly)
        {
            return;
        }

        Refuse(RouteReason.SelectInto);
        var ahead = _lexer;
        if (ahead.Next() == TokenKind.Word && IsTemporaryWord(_text.Slice(ahead.Start, ahead.Length)))
        {
            LeaveState();
        }

        _creates = true;
    }

    private static bool IsTemporaryWord(ReadOnlySpan<char> word) =>
        word.Equals("temp", StringComparison.OrdinalIgnoreCase)
        || word.Equals("temporary", StringComparison.OrdinalIgnoreCase)
        || word.Equals("local", StringComparison.OrdinalIgnoreCase)
        || word.Equals("global", StringComparison.OrdinalIgnoreCase);

    private void OnFor()
    {
        if (_planOnly || (_clause == Clause.None && _kind == FrameKind.SubstringArguments))
        {
            return;
        }

        var ahead = _lexer;
        var following = ahead.Next();
        if (following == TokenKind.OpenParen && _nameIsPrevious && Text(_name).Equals("collation", StringComparison.OrdinalIgnoreCase))
        {
            return; // COLLATION FOR (…)
        }

        if (following == TokenKind.Word)
        {
            var next = _text.Slice(ahead.Start, ahead.Length);
            if ((_clause == Clause.None && next.Equals("ordinality", StringComparison.OrdinalIgnoreCase))
                || next.Equals("read", StringComparison.OrdinalIgnoreCase))
            {
                return; // a column of XMLTABLE or JSON_TABLE; FOR READ ONLY locks nothing
            }
        }

        Refuse(RouteReason.LockingClause);
    }

    /// <summary>INSERT, UPDATE, DELETE and MERGE are names everywhere but at the start of a statement.</summary>
    private bool OnModification()
    {
        if (_planOnly)
        {
            _clause = _clause >= Clause.CteName ? Clause.None : _clause;
            return true;
        }

        if (_clause is Clause.CteDone or Clause.CteSearch)
        {
            Refuse(RouteReason.Write);
            _clause = Clause.None;
            return true;
        }

        if (_previous != PreviousToken.Start || _clause >= Clause.CteName || _kind is FrameKind.Arguments or FrameKind.Bracket)
        {
            return false;
        }

        if (_kind == FrameKind.CteBody || Peek(out _) is TokenKind.Word or TokenKind.QuotedName or TokenKind.EncodedName)
        {
            Refuse(_depth == 0 ? RouteReason.Write : RouteReason.ModifyingCte);
            return true;
        }

        return false;
    }
}
