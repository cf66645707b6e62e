using System.Globalization;
using Mig.Core;

namespace Mig.Cli.CommandLines;

/// <summary>Reads the values that the verbs for remotes share.</summary>
internal static class RemoteArguments
{
    /// <summary>Reads <c>--depth</c>.</summary>
    public static int? Depth(string? text)
    {
        if (text is null)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int depth) && depth > 0
            ? depth
            : throw new UsageException($"--depth takes a number from 1, not '{text}'");
    }

    /// <summary>Reads <c>--filter</c>; null when it is not given.</summary>
    public static bool? Filter(string? text) => text switch
    {
        null => null,
        "content" or "blob:none" => true,
        _ => throw new UsageException($"--filter leaves out content, so write --filter=content, not '{text}'"),
    };
}
