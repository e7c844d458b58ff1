using System.Buffers.Text;

namespace ReplicaRouting.Tests.Consistency;

public sealed class ConsistencyTokenTests
{
    private static readonly ConsistencyToken Token = new([new(ulong.MaxValue, int.MaxValue, new(0x3F07A611)), new(1, 1, default)]);

    [Fact]
    public void Parse_ItsOwnText_IsTheSameToken()
    {
        var parsed = ConsistencyToken.Parse(Token.ToString());
        Assert.Equal(Token.Entries, parsed.Entries);
        Assert.Equal(Token, parsed);
        Assert.Equal(Token.GetHashCode(), parsed.GetHashCode());
    }

    [Fact]
    public void ToString_OneCluster_IsShortAndUrlSafe()
    {
        var text = new ConsistencyToken([new(7, 1, new(9))]).ToString();
        Assert.Equal(31, text.Length);
        Assert.Matches("^[A-Za-z0-9_-]*$", text);
    }

    [Fact]
    public void TryParse_EveryCutText_IsRefused()
    {
        var text = Token.ToString();
        for (var length = 0; length < text.Length; length++)
            Assert.False(ConsistencyToken.TryParse(text[..length], out _), $"the first {length} characters were taken");
    }

    [Fact]
    public void TryParse_EveryChangedCharacter_IsRefusedOrTheSameBytes()
    {
        var text = Token.ToString();
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.False(ConsistencyToken.TryParse(changed, out var token) && !token.Equals(Token), $"character {i} was changed unnoticed");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not a token")]
    [InlineData("AAAA")]
    [InlineData("ÄÖÜ")]
    public void TryParse_Garbage_IsRefused(string? text) => Assert.False(ConsistencyToken.TryParse(text, out _));

    [Fact]
    public void TryParse_LongerThanTheLimit_IsRefused() => Assert.False(ConsistencyToken.TryParse(new string('A', ConsistencyToken.MaxLength + 1), out _));

    [Fact]
    public void TryParse_EveryFlippedBit_IsRefused()
    {
        var bytes = Base64Url.DecodeFromChars(Token.ToString());
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(ConsistencyToken.TryParse(Base64Url.EncodeToString(bytes), out _), $"bit {bit} was flipped unnoticed");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Parse_AnyEntries_RoundTrip(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var entries = Enumerable.Range(0, random.Next(1, 19))
                .Select(_ => new ConsistencyToken.Entry((ulong)random.NextInt64(long.MinValue, long.MaxValue), random.Next(int.MinValue, int.MaxValue), new((ulong)random.NextInt64(long.MinValue, long.MaxValue))))
                .ToArray();
            var token = new ConsistencyToken(entries);
            Assert.InRange(token.ToString().Length, 31, ConsistencyToken.MaxLength);
            Assert.Equal(entries, ConsistencyToken.Parse(token.ToString()).Entries);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TryParse_AnyText_NeverThrowsAndParseAgrees(int seed)
    {
        const string Likely = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var random = new Random(seed);
        var taken = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = random.Next(3) switch
            {
                0 => Text(random.Next(0, 600), () => (char)random.Next(char.MaxValue + 1)), // lone surrogates and NUL as well
                1 => Text(random.Next(0, 600), () => Likely[random.Next(Likely.Length)]),
                _ => Spoil(),
            };
            var isToken = ConsistencyToken.TryParse(text, out var token);
            Assert.Equal(isToken, token is not null);
            if (isToken)
            {
                taken += token!.Equals(Token) ? 0 : 1;
                Assert.Equal(token, ConsistencyToken.Parse(token.ToString()));
            }
            else
            {
                Assert.Throws<FormatException>(() => ConsistencyToken.Parse(text));
            }
        }

        Assert.InRange(taken, 0, 5); // a check sum of 16 bits lets one of 63,001 accidents through

        // A token with characters changed, taken out, put in or doubled, at up to four places.
        string Spoil()
        {
            var text = new System.Text.StringBuilder(Token.ToString());
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0:
                        text[at] = text[at] == 'x' ? 'y' : 'x';
                        break;
                    case 1:
                        text.Remove(at, 1);
                        break;
                    case 2:
                        text.Insert(at, Likely[random.Next(Likely.Length)]);
                        break;
                    default:
                        text.Append(text.ToString(at, text.Length - at));
                        break;
                }
            }

            return text.ToString();
        }

        static string Text(int length, Func<char> next) => string.Create(length, next, static (span, next) =>
        {
            foreach (ref var character in span)
                character = next();
        });
    }

    [Fact]
    public void Parse_Garbage_SaysSoWithoutRepeatingIt()
    {
        var error = Assert.Throws<FormatException>(() => ConsistencyToken.Parse("<script>"));
        Assert.DoesNotContain("script", error.Message, StringComparison.Ordinal);
    }
}
