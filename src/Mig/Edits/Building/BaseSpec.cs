using System.Globalization;
using Mig.Core;

namespace Mig.Edits.Building;

/// <summary>A disk that FROM makes: an empty one, or a Debian.</summary>
/// <param name="Suite">Of Debian; null for an empty disk.</param>
/// <param name="Size">Bytes of the disk.</param>
/// <param name="FileSystem">ext4, xfs or btrfs.</param>
/// <param name="Table">none, mbr or gpt.</param>
/// <param name="Settings">All that was said.</param>
internal sealed record BaseSpec(
    string? Suite, long Size, string FileSystem, string Table, IReadOnlyDictionary<string, string> Settings)
{
    private const string DebianPrefix = "debian:";
    private const long MinSize = 8L << 20;
    private const long MaxSize = 1L << 44;

    private static readonly string[] Common = ["size", "fs", "table", "label"];
    private static readonly string[] OfDebian = [.. Common, "packages", "mirror", "hostname", "variant"];

    public string Label => Settings.GetValueOrDefault("label", "root");

    /// <summary>Reads what follows FROM; null when it names a version.</summary>
    public static BaseSpec? Parse(BuildFile file, BuildLine line)
    {
        string what = line.Arguments[0];
        bool isDebian = what.StartsWith(DebianPrefix, StringComparison.Ordinal);
        if (what != "scratch" && !isDebian)
        {
            return line.Arguments.Count == 1 ? null
                : throw BuildFile.Error(file.Path, line.Number, $"FROM takes one version, and '{line.Arguments[1]}' follows it");
        }

        string[] known = isDebian ? OfDebian : Common;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string word in line.Arguments.Skip(1))
        {
            string[] parts = word.Split('=', 2);
            if (parts.Length < 2 || !known.Contains(parts[0]) || !settings.TryAdd(parts[0], parts[1]))
            {
                throw BuildFile.Error(file.Path, line.Number,
                    $"'{word}' is no setting of '{what}', or stands there twice; there are "
                    + string.Join(", ", known.Select(name => name + "=")));
            }
        }

        string suite = isDebian ? what[DebianPrefix.Length..] : "", system = Choose("fs", "ext4", ["ext4", "xfs", "btrfs"]);
        if (isDebian && (suite.Length == 0 || !suite.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
            throw BuildFile.Error(file.Path, line.Number, $"'{suite}' is no suite of Debian; bookworm is one");
        foreach (string name in (string[])["label", "hostname", "variant"])
        {
            if (settings.TryGetValue(name, out string? value)
                && (value.Length is 0 or > 63 || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
                throw BuildFile.Error(file.Path, line.Number, $"'{value}' is no {name}: letters, digits, '-', '_' and '.' are");
        }

        if (settings.TryGetValue("packages", out string? packages)
            && !packages.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or ',' or ':'))
            throw BuildFile.Error(file.Path, line.Number, $"'{packages}' is no list of packages with commas between them");
        if (settings.TryGetValue("mirror", out string? mirror)
            && (!Uri.TryCreate(mirror, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https" or "file")
                || mirror.AsSpan().ContainsAny(' ', '\n')))
            throw BuildFile.Error(file.Path, line.Number, $"'{mirror}' is no address of a mirror");
        return new BaseSpec(isDebian ? suite : null, ParseSize(settings.GetValueOrDefault("size", isDebian ? "2G" : "1G")), system,
            Choose("table", "none", ["none", "mbr", "gpt"]), settings);

        string Choose(string name, string usual, string[] choices)
        {
            string chosen = settings.GetValueOrDefault(name, usual);
            return choices.Contains(chosen) ? chosen
                : throw BuildFile.Error(file.Path, line.Number, $"{name}={chosen} is not known; there are {string.Join(", ", choices)}");
        }

        long ParseSize(string text)
        {
            int shift = text.Length > 0 ? "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1 : 0;
            bool isNumber = long.TryParse(shift > 0 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
            long size = isNumber && number <= MaxSize >> (10 * shift) ? number << (10 * shift) : 0;
            return size is >= MinSize and <= MaxSize && size % 4096 == 0 ? size
                : throw BuildFile.Error(file.Path, line.Number,
                    $"size={text} is no size of a disk: 8M to 16T, in whole blocks of 4096 bytes, as in size=2G");
        }
    }
}
