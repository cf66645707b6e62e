using System.Text;
using Mig.Cli.Views;
using Mig.History.Diffs;
using Mig.Versions.Compare;

namespace Mig.Cli.Json;

/// <summary>An entry that differs. <paramref name="Status"/> is the letter of <c>--name-status</c>.</summary>
internal sealed record ChangeJson(string Status, string? Volume, string Path, byte[]? PathBytes, string? OldPath, byte[]? OldPathBytes,
    IReadOnlyList<string> Aspects, EntryJson? Before, EntryJson? After)
{
    public static ChangeJson Of(VolumeComparison volume, TreeChange change) => new(
        DiffNames.Letter(change),
        volume.Prefix.Length == 0 ? null : volume.Prefix,
        "/" + Encoding.UTF8.GetString(change.Path.Span),
        Raw(change.Path),
        change.OldPath is { } old ? "/" + Encoding.UTF8.GetString(old.Span) : null,
        change.OldPath is { } source ? Raw(source) : null,
        DiffNames.Aspects(change),
        change.Before is null ? null : EntryJson.Of(change.Before, (change.OldPath ?? change.Path).Span),
        change.After is null ? null : EntryJson.Of(change.After, change.Path.Span));

    private static byte[]? Raw(ReadOnlyMemory<byte> path) => System.Text.Unicode.Utf8.IsValid(path.Span) ? null : [(byte)'/', .. path.Span];
}
