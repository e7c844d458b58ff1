namespace ReplicaRouting.Classification;

/// <content>Statements that do not begin like a query.</content>
internal ref partial struct StatementScanner
{
    private void ScanCommand(SqlKeyword keyword)
    {
        switch (keyword)
        {
            case SqlKeyword.Explain:
                ScanExplain();
                return;
            case SqlKeyword.Copy:
                ScanCopy();
                return;
        }

        CommandTable.Find(CurrentText, out var reason, out var kind);
        Refuse(reason);
        Advance();
        Follow(PreviousToken.Operator); // what follows is no query, so nothing in it begins like one
        switch (kind)
        {
            case CommandKind.Begin:
                SetTransaction(SessionEffect.BeginsTransaction);
                break;
            case CommandKind.Finish:
                FinishTransaction();
                break;
            case CommandKind.Prepare:
                if (IsWord("transaction") && Peek(out _) == TokenKind.String)
                {
                    SetTransaction(SessionEffect.EndsTransaction);
                }
                else
                {
                    LeaveState();
                }

                break;
            case CommandKind.Set:
                if (!IsWord("local") && !IsWord("constraints") && !IsWord("transaction"))
                {
                    LeaveState();
                }

                break;
            case CommandKind.Discard:
                if (IsWord("all"))
                {
                    _effect = (_effect & ~SessionEffect.LeavesState) | SessionEffect.ClearsState;
                }

                break;
            case CommandKind.Create:
                ScanCreate();
                return;
            case CommandKind.Declare:
                ScanDeclare();
                break;
            case CommandKind.Stateful:
                LeaveState();
                break;
        }

        ScanTokens();
    }

    private readonly bool IsWord(string word) => _token == TokenKind.Word && NameTable.EqualsFolded(CurrentText, word);

    private void SetTransaction(SessionEffect effect) =>
        _effect = (_effect & ~(SessionEffect.BeginsTransaction | SessionEffect.EndsTransaction)) | effect;

    /// <summary>COMMIT, END, ROLLBACK and ABORT with what may follow them.</summary>
    private void FinishTransaction()
    {
        var effect = SessionEffect.EndsTransaction;
        var no = false;
        for (; _token == TokenKind.Word; Advance())
        {
            if (IsWord("to") || IsWord("prepared"))
            {
                return;
            }

            if (IsWord("chain") && !no)
            {
                effect = SessionEffect.BeginsTransaction;
            }

            no = IsWord("no");
        }

        SetTransaction(effect);
    }

    private void ScanDeclare()
    {
        var with = false;
        while (_token is not TokenKind.End and not TokenKind.Semicolon && !IsWord("for"))
        {
            if (with && IsWord("hold"))
            {
                LeaveState();
            }

            with = IsWord("with");
            Advance();
        }
    }

    /// <summary>CREATE: a semicolon inside of a body written BEGIN ATOMIC … END, or inside of parentheses, does not end it.</summary>
    private void ScanCreate()
    {
        _creates = true;
        var words = 0;
        var blocks = 0;
        var begin = false;
        for (; _token != TokenKind.End; Advance())
        {
            if (_token == TokenKind.Word)
            {
                words++;
                if (words <= 4 && (IsWord("temp") || IsWord("temporary")))
                {
                    LeaveState();
                }

                if (begin && IsWord("atomic"))
                {
                    blocks = 1;
                }
                else if (blocks > 0 && _previous != PreviousToken.Dot && _previousKeyword != SqlKeyword.As)
                {
                    blocks += IsWord("case") ? 1 : IsWord("end") ? -1 : 0;
                }

                begin = IsWord("begin");
            }
            else
            {
                begin = false;
            }

            if (_token == TokenKind.Semicolon && _depth == 0 && blocks == 0)
            {
                break;
            }

            Step();
        }

        EndStatement();
        _creates = false;
    }

    private void ScanExplain()
    {
        var analyze = false;
        Advance();
        var following = Peek(out var first);
        if (_token == TokenKind.OpenParen && following is not TokenKind.Word and not TokenKind.OpenParen)
        {
            Refuse(RouteReason.NotUnderstood); // an option's name may be quoted
        }

        if (_token == TokenKind.OpenParen && following == TokenKind.Word
            && first is not SqlKeyword.Select and not SqlKeyword.With and not SqlKeyword.Values and not SqlKeyword.Table)
        {
            analyze = ScanExplainOptions();
        }
        else
        {
            if (IsKeyword(SqlKeyword.Analyze))
            {
                analyze = true;
                Advance();
            }

            if (IsKeyword(SqlKeyword.Verbose))
            {
                Advance();
            }
        }

        if (_token == TokenKind.OpenParen)
        {
            _planOnly = !analyze;
            ScanTokens();
            return;
        }

        var keyword = _token == TokenKind.Word ? KeywordTable.Find(CurrentText) : SqlKeyword.None;
        if (keyword is SqlKeyword.Select or SqlKeyword.Values or SqlKeyword.Table or SqlKeyword.With)
        {
            _planOnly = !analyze;
            ScanTokens();
            return;
        }

        var explainable = keyword is SqlKeyword.Insert or SqlKeyword.Update or SqlKeyword.Delete or SqlKeyword.Merge
            || IsWord("create") || IsWord("declare") || IsWord("refresh") || IsWord("execute");
        if (!explainable)
        {
            Refuse(RouteReason.NotUnderstood);
        }
        else if (IsWord("create") && RunsPrepared())
        {
            Refuse(RouteReason.HiddenStatement); // what a session has prepared, only that session can plan
        }
        else if (analyze || IsWord("execute"))
        {
            CommandTable.Find(CurrentText, out var reason, out _);
            Refuse(reason);
        }
        else
        {
            _planOnly = true;
        }

        Advance();
        Follow(PreviousToken.Operator);
        ScanTokens();
    }

    /// <summary>Whether the rest of the statement has <c>AS EXECUTE</c>.</summary>
    private readonly bool RunsPrepared()
    {
        var ahead = _lexer;
        var behindAs = false;
        for (var kind = ahead.Next(); kind is not TokenKind.End and not TokenKind.Semicolon; kind = ahead.Next())
        {
            var word = kind == TokenKind.Word ? _text.Slice(ahead.Start, ahead.Length) : default;
            if (behindAs && NameTable.EqualsFolded(word, "execute"))
            {
                return true;
            }

            behindAs = NameTable.EqualsFolded(word, "as");
        }

        return false;
    }

    private readonly bool IsKeyword(SqlKeyword keyword) => _token == TokenKind.Word && KeywordTable.Find(CurrentText) == keyword;

    /// <summary>Reads EXPLAIN's options in parentheses.</summary>
    /// <returns>Whether ANALYZE is among them and not switched off.</returns>
    private bool ScanExplainOptions()
    {
        var analyze = false;
        Advance();
        while (true)
        {
            if (_token != TokenKind.Word || !ExplainOptions.Knows(CurrentText))
            {
                Refuse(RouteReason.NotUnderstood);
            }

            var isAnalyze = IsKeyword(SqlKeyword.Analyze);
            if (_token is not TokenKind.Comma and not TokenKind.CloseParen and not TokenKind.End)
            {
                Advance();
            }

            if (_token is TokenKind.Word or TokenKind.Number or TokenKind.String or TokenKind.QuotedName)
            {
                analyze |= isAnalyze && !IsOff(CurrentText);
                Advance();
            }
            else
            {
                analyze |= isAnalyze;
            }

            switch (_token)
            {
                case TokenKind.Comma:
                    Advance();
                    continue;
                case TokenKind.CloseParen:
                    Advance();
                    return analyze;
                default:
                    Refuse(RouteReason.NotUnderstood);
                    return true;
            }
        }
    }

    private static bool IsOff(ReadOnlySpan<char> value)
    {
        value = value.Trim("'\"");
        return value is "0"
            || value.Equals("off", StringComparison.OrdinalIgnoreCase)
            || value.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    private void ScanCopy()
    {
        var start = _lexer.Start;
        var length = _lexer.Length;
        Advance();
        if (_token == TokenKind.OpenParen)
        {
            Peek(out var first);
            if (first is SqlKeyword.Insert or SqlKeyword.Update or SqlKeyword.Delete or SqlKeyword.Merge)
            {
                Refuse(RouteReason.Write);
            }

            Push(FrameKind.Group, Clause.None);
            for (Advance(); _depth > 0 && _token != TokenKind.End; Advance())
            {
                Step();
            }
        }
        else
        {
            if (IsWord("binary"))
            {
                Advance();
            }

            _clause = Clause.From; // where a relation's name is expected
            Follow(PreviousToken.Keyword, SqlKeyword.From);
            while (_token is TokenKind.Word or TokenKind.QuotedName or TokenKind.EncodedName or TokenKind.Dot && !AtCopyDirection)
            {
                Step();
                Advance();
            }

            if (_token == TokenKind.OpenParen)
            {
                while (_token is not TokenKind.CloseParen and not TokenKind.End and not TokenKind.Semicolon)
                {
                    Advance(); // column names
                }

                Advance();
            }
        }

        _clause = Clause.None;
        Follow(PreviousToken.Operator);
        if (!IsWord("to"))
        {
            Refuse(IsWord("from") ? RouteReason.Write : RouteReason.NotUnderstood, start, length);
            _reachesOutside |= IsWord("from") && Peek(out _) == TokenKind.Word && PeekIs("program");
            ScanTokens();
            return;
        }

        Advance();
        if (!IsWord("stdout"))
        {
            _reachesOutside |= _token == TokenKind.String || IsWord("program");
            Refuse(RouteReason.Write, start, length);
        }

        // The options of COPY … TO STDOUT run nothing.
        while (_token is not TokenKind.End and not TokenKind.Semicolon)
        {
            Advance();
        }
    }

    private readonly bool AtCopyDirection => _previous != PreviousToken.Dot && (IsWord("to") || IsWord("from"));

    private readonly bool PeekIs(string word)
    {
        var ahead = _lexer;
        return ahead.Next() == TokenKind.Word && NameTable.EqualsFolded(_text.Slice(ahead.Start, ahead.Length), word);
    }
}
