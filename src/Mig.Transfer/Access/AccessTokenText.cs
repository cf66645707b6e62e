using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mig.Transfer.Access;

/// <summary>The text of bearer tokens, and the hash that an access file keeps of one.</summary>
/// <remarks>
/// A token is 256 random bits, so one SHA-256 protects it: who has the hash would have to try 2^256 tokens. Salt and slow hashes (bcrypt,
/// argon2) are for passwords, which people choose from few; here they would only slow every request down. That is why only tokens that mig
/// made are accepted, never words that somebody chose.
/// </remarks>
public static class AccessTokenText
{
    /// <summary>What every token begins with, so that scanners for leaked secrets know it.</summary>
    public const string Prefix = "mig_";

    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    private static readonly SearchValues<char> Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private const int RandomBytes = 32;
    private const int Length = 4 + 43;

    /// <summary>Makes a token that nobody has had before.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Tells whether a text has the form of a token: prefix, and 43 digits of base64url.</summary>
    public static bool IsWellFormed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text.AsSpan(Prefix.Length)
            .IndexOfAnyExcept(Digits) < 0;
    }

    /// <summary>The SHA-256 of the token's text, so that <c>printf %s TOKEN | sha256sum</c> says the same.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
