using System.Text;
using Mig.Cli.Views;
using Mig.Edits;
using Mig.Edits.Operations;

namespace Mig.Cli.Json;

/// <summary>What became of a path: <c>added</c>, <c>changed</c> or <c>removed</c>.</summary>
/// <param name="Volume">Such as <c>@2</c>; null for the one that paths mean.</param>
internal sealed record EditChangeJson(string Kind, string? Volume, string Path, byte[]? PathBytes)
{
    public static EditChangeJson Of(string prefix, byte[] path, EditChangeKind kind) =>
        new(EditReport.NameOf(kind), prefix.Length == 0 ? null : prefix, Encoding.UTF8.GetString(path),
            System.Text.Unicode.Utf8.IsValid(path) ? null : path);
}
