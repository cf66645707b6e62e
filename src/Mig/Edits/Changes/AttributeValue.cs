using Mig.Core;

namespace Mig.Edits.Changes;

/// <summary>
/// Reads the value of an extended attribute as setfattr(1) does: text, <c>0x</c> and hexadecimal digits, or <c>0s</c> and base 64.
/// </summary>
public static class AttributeValue
{
    /// <exception cref="UsageException">What follows the prefix is malformed.</exception>
    public static byte[] Parse(ReadOnlySpan<byte> text)
    {
        string tail = System.Text.Encoding.Latin1.GetString(text.Length < 2 ? default : text[2..]);
        try
        {
            if (text.StartsWith("0x"u8) || text.StartsWith("0X"u8))
                return Convert.FromHexString(tail);
            if (text.StartsWith("0s"u8) || text.StartsWith("0S"u8))
                return Convert.FromBase64String(tail);
            return text.ToArray();
        }
        catch (FormatException)
        {
            throw new UsageException(
                $"'{System.Text.Encoding.UTF8.GetString(text)}' is no value; after 0x stand pairs of hexadecimal digits, after 0s base 64");
        }
    }
}
