using System.Globalization;
using Mig.Core;

namespace Mig.Cli.CommandLines;

/// <summary>How long something may take or lasts: a whole number and s, m, h or d.</summary>
internal static class DurationText
{
    private const int MostDays = 36500;

    /// <exception cref="UsageException">It is something else, or more than a hundred years.</exception>
    public static TimeSpan Parse(string text)
    {
        bool isNumber = int.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture,
            out int number);
        return (isNumber && number > 0 ? text[^1] : ' ') switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' when number <= MostDays * 24 => TimeSpan.FromHours(number),
            'd' when number <= MostDays => TimeSpan.FromDays(number),
            _ => throw new UsageException($"'{text}' is not a time; 30s, 90m, 12h and 7d are some"),
        };
    }
}
