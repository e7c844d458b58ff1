using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>Tokens as the text that travels, and back. What comes in is never trusted and never an exception.</summary>
/// <param name="protector">Protects them; <see langword="null"/> when the bare token travels.</param>
/// <param name="time">The clock that issue times are of.</param>
internal sealed class TokenCodec(IDataProtector? protector, TimeProvider time)
{
    internal const string Purpose = "ReplicaRouting.AspNetCore.Sessions.v1";

    // Clocks of different machines.
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(30);

    public string Encode(ConsistencyToken token)
    {
        var text = token.ToString();
        if (protector is null)
            return text;
        var bytes = new byte[sizeof(long) + Encoding.ASCII.GetByteCount(text)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.GetUtcNow().ToUnixTimeMilliseconds());
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(sizeof(long)));
        return Base64Url.EncodeToString(protector.Protect(bytes));
    }

    public TokenResult Decode(string? text, TimeSpan lifetime, out ConsistencyToken? token)
    {
        token = null;
        if (string.IsNullOrEmpty(text))
            return TokenResult.Malformed;
        if (text.Length > RoutingSessionOptions.MaxLength)
            return TokenResult.Oversized;
        if (protector is null)
            return ConsistencyToken.TryParse(text, out token) ? TokenResult.Accepted : TokenResult.Malformed;
        if (!Base64Url.IsValid(text, out var length))
            return TokenResult.Malformed;
        var sealedBytes = new byte[length];
        if (!Base64Url.TryDecodeFromChars(text, sealedBytes, out var written) || written != length)
            return TokenResult.Malformed;

        byte[] bytes;
        try
        {
            bytes = protector.Unprotect(sealedBytes);
        }
        catch (Exception)
        {
            return TokenResult.Forged; // a CryptographicException; a provider that is not the framework's may throw anything
        }

        if (bytes.Length <= sizeof(long))
            return TokenResult.Malformed;
        var age = TimeSpan.FromMilliseconds((double)time.GetUtcNow().ToUnixTimeMilliseconds() - BinaryPrimitives.ReadInt64BigEndian(bytes));
        if (age > lifetime || age < -MostSkew)
            return TokenResult.Stale;
        return ConsistencyToken.TryParse(Encoding.ASCII.GetString(bytes.AsSpan(sizeof(long))), out token) ? TokenResult.Accepted : TokenResult.Malformed;
    }
}
