namespace ReplicaRouting.Classification;

/// <content>The walk over the tokens of one statement.</content>
internal ref partial struct StatementScanner
{
    /// <summary>Walks from the current token to the end of the statement.</summary>
    private void ScanTokens()
    {
        for (; ; Advance())
        {
            if (_token == TokenKind.End || (_token == TokenKind.Semicolon && _depth == 0))
            {
                EndStatement();
                return;
            }

            Step();
        }
    }

    private void Step()
    {
        switch (_token)
        {
            case TokenKind.Word:
                OnWord();
                break;
            case TokenKind.QuotedName:
            case TokenKind.EncodedName:
            case TokenKind.Placeholder:
                OnName();
                break;
            case TokenKind.OpenParen:
                OnOpenParen();
                break;
            case TokenKind.CloseParen:
                OnCloseParen();
                break;
            case TokenKind.OpenBracket:
                RequireNoCte();
                Push(FrameKind.Bracket, Clause.None);
                break;
            case TokenKind.CloseBracket:
                if (_kind != FrameKind.Bracket)
                {
                    Refuse(RouteReason.NotUnderstood);
                }
                else
                {
                    Pop(PreviousToken.Operand);
                }

                break;
            case TokenKind.Comma:
                OnComma();
                break;
            case TokenKind.Dot:
                if (!_nameIsPrevious)
                {
                    _name = default;
                }

                Follow(PreviousToken.Dot);
                break;
            case TokenKind.Cast:
                Follow(PreviousToken.Cast);
                break;
            case TokenKind.Operator:
                OnOperator();
                break;
            case TokenKind.Colon:
                Follow(PreviousToken.Operator);
                break;
            case TokenKind.String:
            case TokenKind.Number:
            case TokenKind.Parameter:
                RequireNoCte();
                Follow(PreviousToken.Operand);
                break;
            case TokenKind.Semicolon:
                Refuse(RouteReason.NotUnderstood);
                Follow(PreviousToken.Operator);
                break;
        }
    }

    private void EndStatement()
    {
        if (_depth > 0)
        {
            Refuse(RouteReason.Unterminated);
        }
        else if (_clause is >= Clause.CteName)
        {
            Refuse(RouteReason.NotUnderstood);
        }
    }

    private void Follow(PreviousToken previous, SqlKeyword keyword = SqlKeyword.None)
    {
        _nameIsPrevious = false;
        _previousComma = _previous == PreviousToken.Comma;
        _beforeKeyword = _previousKeyword;
        _previous = previous;
        _previousKeyword = keyword;
    }

    /// <summary>Refuses what can stand neither between the parts of WITH nor at the start of a WITH query's body.</summary>
    private void RequireNoCte()
    {
        if (_clause is >= Clause.CteName and not Clause.CteSearch || (_kind == FrameKind.CteBody && _previous == PreviousToken.Start))
        {
            Refuse(RouteReason.NotUnderstood);
        }
    }

    private void OnComma()
    {
        if (_clause >= Clause.CteName)
        {
            if (_clause == Clause.CteDone)
            {
                _clause = Clause.CteName;
            }
            else if (_clause != Clause.CteSearch)
            {
                Refuse(RouteReason.NotUnderstood);
            }
            else if (_searchHasSet)
            {
                _clause = Clause.CteName;
            }
        }

        Follow(PreviousToken.Comma);
    }

    private void OnOperator()
    {
        var symbol = CurrentText;
        if (!_planOnly && _reason == RouteReason.ProvenRead && !(symbol.Length == 1 && symbol[0] is '=' or '*' or '<' or '>' or '+' or '-' && _catalog.TrustsPlainReads))
        {
            CheckOperator(symbol);
        }

        RequireNoCte();
        Follow(PreviousToken.Operator);
    }

    private void CheckOperator(ReadOnlySpan<char> symbol)
    {
        // An operator ends in + or - only if it holds a character that no standard operator has.
        while (symbol.Length > 1 && symbol[^1] is '+' or '-' && !symbol.ContainsAny(OddOperatorCharacters))
        {
            symbol = symbol[..^1];
        }

        if (_catalog.IsRefusedOperator(symbol, out var unknown))
        {
            Refuse(unknown ? RouteReason.UnknownFunction : RouteReason.VolatileFunction);
            LeaveState(); // an operator calls a function
        }
    }

    private void Push(FrameKind kind, Clause clause)
    {
        if (_depth >= _frames.Length)
        {
            Refuse(RouteReason.NotUnderstood);
            _depth++;
        }
        else
        {
            _frames[_depth++] = new Frame(_kind, _clause);
        }

        _kind = kind;
        _clause = clause;
        Follow(PreviousToken.Start);
    }

    private void Pop(PreviousToken previous)
    {
        if (--_depth < _frames.Length)
        {
            (_kind, _clause) = _frames[_depth];
        }

        Follow(previous);
    }

    private void OnCloseParen()
    {
        if (_depth == 0 || _kind == FrameKind.Bracket)
        {
            Refuse(RouteReason.NotUnderstood);
            return;
        }

        if (_kind == FrameKind.SetConfigArguments && !(_previousKeyword == SqlKeyword.True && _previousComma))
        {
            LeaveState();
        }

        if (_clause is >= Clause.CteName)
        {
            Refuse(RouteReason.NotUnderstood);
        }

        var closed = _kind;
        if (closed == FrameKind.CteBody && _clause == Clause.None && _previous == PreviousToken.Start)
        {
            Refuse(RouteReason.NotUnderstood);
        }

        Pop(closed is FrameKind.DistinctOn or FrameKind.OperatorName ? PreviousToken.Operator : PreviousToken.Operand);
        if (closed == FrameKind.CteBody)
        {
            _clause = Clause.CteDone;
        }
    }

    private void OnOpenParen()
    {
        switch (_clause)
        {
            case Clause.CteNamed when _previous == PreviousToken.Name:
            case Clause.CteName when _previousKeyword == SqlKeyword.Recursive:
                _clause = Clause.CteNamed;
                Push(FrameKind.CteColumns, Clause.None);
                return;
            case Clause.CteAs:
                Push(FrameKind.CteBody, Clause.None);
                return;
            case Clause.CteDone:
                _clause = Clause.Query;
                Push(FrameKind.Group, Clause.None);
                return;
            case Clause.CteName or Clause.CteNamed:
                Refuse(RouteReason.NotUnderstood);
                break;
        }

        if (_nameIsPrevious && !IsSyntaxOnly(_previousKeyword))
        {
            var kind = OnCall();

            // GROUPING SETS may hold ROLLUP and CUBE again.
            Push(kind, _clause == Clause.GroupBy && _beforeNameKeyword == SqlKeyword.Grouping ? Clause.GroupBy : Clause.None);
        }
        else if (ExpectsRelation)
        {
            Push(FrameKind.FromItem, Clause.From);
        }
        else
        {
            Push(
                _previousKeyword == SqlKeyword.On && _beforeKeyword == SqlKeyword.Distinct ? FrameKind.DistinctOn : FrameKind.Group,
                Clause.None);
        }
    }

    /// <summary>Gets whether a table, a function or a parenthesised join must come next.</summary>
    private readonly bool ExpectsRelation =>
        _clause == Clause.From
        && (_previous == PreviousToken.Comma
            || (_previous == PreviousToken.Start && _kind == FrameKind.FromItem)
            || (_previous == PreviousToken.Keyword
                && _previousKeyword is SqlKeyword.From or SqlKeyword.Join or SqlKeyword.Lateral or SqlKeyword.Only or SqlKeyword.Table));

    private void LeaveState() => _effect = (_effect | SessionEffect.LeavesState) & ~SessionEffect.ClearsState;
}
