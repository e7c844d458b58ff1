using System.Buffers;
using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>Reads a text token by token. The first thing that is not proven harmless is kept as the answer; the rest is still read, for what it
/// does to the session.</summary>
internal ref partial struct StatementScanner
{
    /// <summary>Characters that no operator of the SQL standard has.</summary>
    private static readonly SearchValues<char> OddOperatorCharacters = SearchValues.Create("~!@#%^&|`?");

    private static readonly SearchValues<char> Surrogates = SearchValues.Create(
        string.Create(0x800, 0, static (span, _) => { for (var i = 0; i < span.Length; i++) span[i] = (char)(0xD800 + i); }));

    private readonly ReadOnlySpan<char> _text;
    private readonly FunctionCatalog _catalog;
    private readonly Span<Frame> _frames;
    private SqlLexer _lexer;
    private TokenKind _token;

    private RouteReason _reason;
    private int _reasonStart;
    private int _reasonLength;
    private SessionEffect _effect;
    private bool _reachesOutside;

    // The current statement.
    private int _depth;
    private FrameKind _kind;
    private Clause _clause;
    private bool _planOnly;
    private PreviousToken _previous;
    private SqlKeyword _previousKeyword;
    private SqlKeyword _beforeKeyword; // the keyword before the previous token
    private bool _previousComma; // the token before the previous one is a comma

    private int _sequenceColumnStart; // of the first column named like one of a sequence's
    private int _sequenceColumnLength;
    private bool _ownsSequenceColumn; // a relation that is no sequence has such a column

    private bool _searchHasSet; // SET of SEARCH or CYCLE was read
    private bool _creates; // CREATE, or behind INTO: what is named in pg_temp is made

    // The name that ends at the previous token, and what stands before it.
    private NameToken _name;
    private NameToken _schema;
    private NameToken _beforeName;
    private bool _nameIsPrevious;
    private bool _nameIsRelation;
    private PreviousToken _before;
    private SqlKeyword _beforeNameKeyword;

    public StatementScanner(ReadOnlySpan<char> text, FunctionCatalog catalog, Span<Frame> frames)
    {
        _text = text;
        _catalog = catalog;
        _frames = frames;
        _lexer = new SqlLexer(text, catalog.Options.StandardConformingStrings);
        _reason = RouteReason.ProvenRead;
    }

    public StatementClass Run()
    {
        var hint = HintReader.Read(_text, out _);
        var any = false;
        RefuseHalfSurrogates();
        Advance();
        while (_token != TokenKind.End)
        {
            if (_token == TokenKind.Semicolon)
            {
                Advance();
                continue;
            }

            any = true;
            ScanStatement();
        }

        if (!any && _reason == RouteReason.ProvenRead)
        {
            _reason = RouteReason.Empty;
        }
        else if (_catalog.RefusesEverything && _reason == RouteReason.ProvenRead)
        {
            _reason = RouteReason.VolatileFunction;
            LeaveState();
        }
        else if (hint == RouteHint.Primary && _reason == RouteReason.ProvenRead)
        {
            _reason = RouteReason.HintPrimary;
        }

        return new StatementClass
        {
            Reason = _reason,
            TokenStart = _reasonStart,
            TokenLength = _reasonLength,
            SessionEffect = _effect,
            Hint = hint,
            ReachesOutside = _reachesOutside,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance()
    {
        _token = _lexer.Next();
        if (_token >= TokenKind.Unterminated)
        {
            RefuseLexical();
        }
    }

    /// <summary>A text that cannot be split into tokens with certainty is refused for that, whatever came before.</summary>
    private void RefuseLexical()
    {
        var unterminated = _token == TokenKind.Unterminated;
        if (_reason != RouteReason.Unterminated)
        {
            _reason = unterminated ? RouteReason.Unterminated : RouteReason.NotUnderstood;
            (_reasonStart, _reasonLength) = (_lexer.Start, _lexer.Length);
        }

        if (unterminated)
        {
            _token = TokenKind.End;
        }
    }

    /// <summary>Half of a surrogate pair has no UTF-8 form: what the server would read is up to the encoder.</summary>
    private void RefuseHalfSurrogates()
    {
        var i = _text.IndexOfAny(Surrogates);
        while (i >= 0)
        {
            if (i + 1 >= _text.Length || !char.IsSurrogatePair(_text[i], _text[i + 1]))
            {
                (_reason, _reasonStart, _reasonLength) = (RouteReason.Unterminated, i, 1);
                return;
            }

            i += 2;
            var next = _text[i..].IndexOfAny(Surrogates);
            i = next < 0 ? -1 : i + next;
        }
    }

    private void Refuse(RouteReason reason, int start, int length)
    {
        if (_reason == RouteReason.ProvenRead)
        {
            (_reason, _reasonStart, _reasonLength) = (reason, start, length);
        }
    }

    private void Refuse(RouteReason reason) => Refuse(reason, _lexer.Start, _lexer.Length);

    // In a command that is no read anyway, what looks like an unknown function is the name of a table more often than not.
    private void RefuseUnknown(int start, int length)
    {
        if (_reason == RouteReason.ProvenRead)
        {
            LeaveState();
        }

        Refuse(RouteReason.UnknownFunction, start, length);
    }

    private void ScanStatement()
    {
        _depth = 0;
        _kind = FrameKind.Statement;
        _clause = Clause.None;
        _planOnly = false;
        _previous = PreviousToken.Start;
        _previousKeyword = SqlKeyword.None;
        _beforeKeyword = SqlKeyword.None;
        _previousComma = false;
        _nameIsPrevious = false;
        _name = default;
        _schema = default;
        _sequenceColumnLength = 0;
        _ownsSequenceColumn = false;
        ScanWhole();
        if (_sequenceColumnLength > 0 && !_ownsSequenceColumn)
        {
            Refuse(RouteReason.SequenceRead, _sequenceColumnStart, _sequenceColumnLength);
        }
    }

    private void ScanWhole()
    {
        if (_token == TokenKind.Word)
        {
            var keyword = KeywordTable.Find(CurrentText);
            if (keyword is SqlKeyword.Select or SqlKeyword.Values or SqlKeyword.Table or SqlKeyword.With)
            {
                ScanTokens();
            }
            else
            {
                ScanCommand(keyword);
            }
        }
        else
        {
            if (_token != TokenKind.OpenParen)
            {
                Refuse(RouteReason.NotUnderstood);
            }

            ScanTokens();
        }
    }

    private readonly ReadOnlySpan<char> CurrentText => _text.Slice(_lexer.Start, _lexer.Length);

    private readonly ReadOnlySpan<char> Text(NameToken name) => _text.Slice(name.Start, name.Length);

    private static bool IsQuoted(NameToken name) => name.Kind is TokenKind.QuotedName or TokenKind.EncodedName;

    /// <summary>Gets the text of a name without its quotes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="buffer">Where a name with escapes is decoded, room for <see cref="FunctionCatalog.MaxName"/> characters.</param>
    private readonly ReadOnlySpan<char> Bare(NameToken name, Span<char> buffer) => name.Kind switch
    {
        TokenKind.QuotedName => _text.Slice(name.Start + 1, name.Length - 2),
        TokenKind.EncodedName => EncodedName.TryDecode(Text(name), buffer, out var length) ? buffer[..length] : default,
        _ => Text(name),
    };

    private readonly bool Decodes(NameToken name)
    {
        Span<char> buffer = stackalloc char[FunctionCatalog.MaxName];
        return name.Kind != TokenKind.EncodedName || EncodedName.TryDecode(Text(name), buffer, out _);
    }

    private readonly NameToken CurrentName => new(_lexer.Start, _lexer.Length, _token);

    /// <summary>Looks at the token after the current one, past white space and comments.</summary>
    private readonly TokenKind Peek(out SqlKeyword keyword)
    {
        var ahead = _lexer;
        var kind = ahead.Next();
        keyword = kind == TokenKind.Word ? KeywordTable.Find(_text.Slice(ahead.Start, ahead.Length)) : SqlKeyword.None;
        return kind;
    }
}
