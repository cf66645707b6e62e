using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mig.History.Configuration;

/// <summary>Reads values as Git does.</summary>
public static class ConfigValue
{
    /// <summary>
    /// Reads a truth: <c>true yes on</c>, <c>false no off</c> and nothing, or a number; null, a name without <c>=</c>, is true.
    /// </summary>
    public static bool TryParseBoolean(string? text, out bool value)
    {
        value = true;
        switch (text?.ToLowerInvariant())
        {
            case null or "true" or "yes" or "on":
                return true;
            case "" or "false" or "no" or "off":
                value = false;
                return true;
            default:
                bool isNumber = TryParseInteger(text, out long number);
                value = number != 0;
                return isNumber;
        }
    }

    /// <summary>Reads a whole number; <c>k</c>, <c>m</c> and <c>g</c> behind it multiply by powers of 1024.</summary>
    public static bool TryParseInteger([NotNullWhen(true)] string? text, out long value)
    {
        value = 0;
        if (string.IsNullOrEmpty(text))
            return false;
        int shift = char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        ReadOnlySpan<char> digits = shift > 0 ? text.AsSpan(0, text.Length - 1) : text;
        if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            || number > long.MaxValue >> shift || number < long.MinValue >> shift)
            return false;
        value = number << shift;
        return true;
    }
}
