using ReplicaRouting.Classification;

namespace ReplicaRouting.Tests.Classification;

public sealed class SqlLexerTests
{
    [Theory]
    [InlineData("a b", "Word:a Word:b")]
    [InlineData("a\tb\r\nc\fd\ve", "Word:a Word:b Word:c Word:d Word:e")]
    [InlineData("a/* x /* y */ z */b", "Word:a Word:b")]
    [InlineData("a--b\nc", "Word:a Word:c")]
    [InlineData("a--b\rc", "Word:a Word:c")]
    [InlineData("a--b", "Word:a")]
    [InlineData("1+--b\n2", "Number:1 Operator:+ Number:2")]
    [InlineData("2*/* x */3", "Number:2 Operator:* Number:3")]
    [InlineData("a//* x */b", "Word:a Operator:/ Word:b")]
    [InlineData("'a''b'", "String:'a''b'")]
    [InlineData("'a\\'", "String:'a\\'")]
    [InlineData("E'a\\'b'", "String:E'a\\'b'")]
    [InlineData("e'a'\n'b\\'c' d", "String:e'a'\n'b\\'c' Word:d")]
    [InlineData("E'a''b\\n\\\\''c' d", "String:E'a''b\\n\\\\''c' Word:d")]
    [InlineData("U&\"a!0062\" uescape '!' c", "EncodedName:U&\"a!0062\" uescape '!' Word:c")]
    [InlineData("U&\"a\"/* */UESCAPE '!'", "EncodedName:U&\"a\" Word:UESCAPE String:'!'")]
    [InlineData("U&\"a\" uescapes '!!'", "EncodedName:U&\"a\" Word:uescapes String:'!!'")]
    [InlineData("E'a' 'b\\'", "String:E'a' String:'b\\'")]
    [InlineData("'a'\n'b'", "String:'a' String:'b'")]
    [InlineData("U&'a' u&'b' B'1' x'F' n'z' N'y'", "String:U&'a' String:u&'b' String:B'1' String:x'F' String:n'z' String:N'y'")]
    [InlineData("\"a b\" \"c\"\"d\" U&\"e\"", "QuotedName:\"a b\" EncodedName:\"c\"\"d\" EncodedName:U&\"e\"")]
    [InlineData("$$a'b$$ $x$ $$ $y$ $x$", "String:$$a'b$$ String:$x$ $$ $y$ $x$")]
    [InlineData("$1 $23,a$1", "Parameter:$1 Parameter:$23 Comma:, Word:a$1")]
    [InlineData("@p :q @0 a=@r", "Placeholder:p Placeholder:q Placeholder:0 Word:a Operator:= Placeholder:r")]
    [InlineData("a::int b:=1", "Word:a Cast::: Word:int Word:b Colon::= Number:1")]
    [InlineData("a @> b <@ c @@ d", "Word:a Operator:@> Word:b Operator:<@ Word:c Operator:@@ Word:d")]
    [InlineData("@ -5 @-5", "Operator:@ Operator:- Number:5 Operator:@- Number:5")]
    [InlineData("1 1.5 .5 1. 1e5 1.5E-3 0x1F 0b1 0o7 1_000", "Number:1 Number:1.5 Number:.5 Number:1. Number:1e5 Number:1.5E-3 Number:0x1F Number:0b1 Number:0o7 Number:1_000")]
    [InlineData("a.b . \"c\"", "Word:a Dot:. Word:b Dot:. QuotedName:\"c\"")]
    [InlineData("[1:2]", "OpenBracket:[ Number:1 Placeholder:2 CloseBracket:]")]
    [InlineData("größe a\u00A0b \uFEFFx", "Word:größe Word:a\u00A0b Word:\uFEFFx")]
    [InlineData("date'x'", "Word:date String:'x'")]
    public void Next_ValidText_SplitsLikeTheServer(string text, string expected) => Assert.Equal(expected, Tokens(text));

    [Theory]
    [InlineData("'a")]
    [InlineData("'a''")]
    [InlineData("\"a")]
    [InlineData("\"a\"\"")]
    [InlineData("/* a")]
    [InlineData("/* /* a */")]
    [InlineData("/*/")]
    [InlineData("$$a")]
    [InlineData("$a$ $b$")]
    [InlineData("E'a\\'")]
    [InlineData("E'a\\")]
    [InlineData("U&'a")]
    [InlineData("U&\"a")]
    [InlineData("a\0b")]
    [InlineData("'a\0b'")]
    [InlineData("\"a\0b\"")]
    [InlineData("-- a\0b")]
    [InlineData("/* \0 */")]
    [InlineData("E'a''b\\'; c'")]
    [InlineData("$ф$ a $ф$")]
    public void Next_NotClosed_SwallowsTheRest(string text)
    {
        var lexer = new SqlLexer(text, standardConformingStrings: true);
        TokenKind kind;
        while ((kind = lexer.Next()) is not TokenKind.End and not TokenKind.Unterminated)
        {
        }

        Assert.Equal(TokenKind.Unterminated, kind);
        Assert.Equal(TokenKind.End, lexer.Next());
    }

    [Theory]
    [InlineData("1a")]
    [InlineData("$1a")]
    [InlineData("a_e'x'")]
    [InlineData("@e'x'")]
    [InlineData("@a\"x\"")]
    [InlineData("{")]
    [InlineData("\\")]
    [InlineData("$")]
    [InlineData("\"\"")]
    [InlineData("1..2")]
    [InlineData("E'a'\n--c\n'b'")]
    public void Next_ReadDifferentlyElsewhere_IsAmbiguous(string text)
    {
        var lexer = new SqlLexer(text, standardConformingStrings: true);
        TokenKind kind;
        while ((kind = lexer.Next()) is not TokenKind.End and not TokenKind.Ambiguous)
        {
        }

        Assert.Equal(TokenKind.Ambiguous, kind);
    }

    [Fact]
    public void Next_StandardConformingStringsOff_ReadsBackslashes()
    {
        var lexer = new SqlLexer("'a\\\\' b", standardConformingStrings: false);
        Assert.Equal(TokenKind.String, lexer.Next());
        Assert.Equal(TokenKind.Word, lexer.Next());
        lexer = new SqlLexer("'a\\' b'", standardConformingStrings: false);
        Assert.Equal(TokenKind.Unterminated, lexer.Next()); // Npgsql ends the string earlier than the server does
        lexer = new SqlLexer("U&'a'", standardConformingStrings: false);
        Assert.Equal(TokenKind.Ambiguous, lexer.Next());
    }

    private static string Tokens(string text)
    {
        var lexer = new SqlLexer(text, standardConformingStrings: true);
        var tokens = new List<string>();
        for (var kind = lexer.Next(); kind != TokenKind.End; kind = lexer.Next())
        {
            tokens.Add($"{kind}:{text.Substring(lexer.Start, lexer.Length)}");
        }

        return string.Join(' ', tokens);
    }
}
