using System.Globalization;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Images.Sessions;

namespace Mig.Cli.Views;

/// <summary>Prints what is known of sessions.</summary>
internal static class SessionView
{
    /// <summary>Name, version, branch, bytes, use, end: with tabs, for people and scripts alike.</summary>
    public static string ToLine(SessionInfo info) => string.Join(
        '\t', info.Name, info.Base.Value.ToShortString(), info.Branch?.ShortName ?? "-",
        info.DirtyBytes.ToString(CultureInfo.InvariantCulture), info.IsInUse ? "in use" : "-", info.Expires is { } end ? TimeOf(end) : "-");

    public static void Write(SessionInfo info, DateTimeOffset now, TextOutput output)
    {
        output.WriteLine($"session {info.Name}");
        output.WriteLine($"base    {info.Base}");
        output.WriteLine($"branch  {info.Branch?.ShortName ?? "none; its commits have nowhere to go"}");
        output.WriteLine($"begun   {TimeOf(info.Created)}, {AgeOf(now - info.Created)} ago");
        output.WriteLine($"ends    {(info.Expires is not { } end ? "never" : end > now ? $"{TimeOf(end)}, in {AgeOf(end - now)}"
            : $"{TimeOf(end)}: at the next 'mig gc'")}");
        output.WriteLine($"held by {info.Holder ?? "nobody"}");
        foreach (SessionDiskInfo disk in info.Disks)
            output.WriteLine($"disk    {SafeText.Line(disk.Name)}: {Sizes.Bytes(disk.DirtyBytes)} written of {Sizes.Bytes(disk.Length)}");
    }

    private static string TimeOf(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string AgeOf(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => Sizes.Count((long)span.TotalDays, "day"),
        { TotalHours: >= 2 } => Sizes.Count((long)span.TotalHours, "hour"),
        { TotalMinutes: >= 2 } => Sizes.Count((long)span.TotalMinutes, "minute"),
        _ => Sizes.Count((long)span.TotalSeconds, "second"),
    };
}
