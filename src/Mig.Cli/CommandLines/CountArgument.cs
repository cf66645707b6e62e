using System.Globalization;
using Mig.Core;

namespace Mig.Cli.CommandLines;

/// <summary>Reads <c>-n 5</c>, and <c>-5</c> as Git does.</summary>
internal static class CountArgument
{
    /// <summary>Turns <c>-5</c> into what the parser knows.</summary>
    public static string Rewrite(string argument) =>
        argument.Length > 1 && argument[0] == '-' && !argument.AsSpan(1).ContainsAnyExceptInRange('0', '9') ? "--max-count=" + argument[1..]
            : argument;

    /// <summary>Reads the number; no text means no limit.</summary>
    public static int Parse(string? text)
    {
        if (text is null)
            return int.MaxValue;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : throw new UsageException($"-n takes a number from 0, not '{text}'");
    }
}
