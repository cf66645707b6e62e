using Mig.Core;
using Mig.Machines.Inventories.Versions;

namespace Mig.Images.Searching;

/// <summary>
/// Reads lists of checksums as <c>sha256sum</c>, <c>md5sum</c> and <c>sha1sum</c> write them, with or without names, <c>--tag</c> included.
/// </summary>
public static class ChecksumList
{
    /// <summary>Reads a list of SHA-256.</summary>
    /// <param name="name">What the list is called in messages.</param>
    /// <returns>Each checksum once.</returns>
    /// <exception cref="UsageException">A line is something else; empty ones, and those that begin with <c>#</c>, are passed
    /// over.</exception>
    public static IReadOnlyCollection<ObjectId> Read(TextReader list, string name)
    {
        const int Digits = 2 * ObjectId.Size;
        return [.. Read(list, name, "SHA-256", "SHA256 (", Digits, "sha256sum")
            .Select(text => ObjectId.TryParse(text, out ObjectId id) ? id : default)];
    }

    /// <summary>Reads a list of MD5.</summary>
    /// <returns>Each checksum once, in lower case.</returns>
    /// <inheritdoc cref="Read(TextReader, string)"/>
    public static IReadOnlyCollection<string> ReadMd5(TextReader list, string name) => Read(list, name, "MD5", "MD5 (", 32, "md5sum");

    /// <summary>Reads a list of SHA-1.</summary>
    /// <inheritdoc cref="ReadMd5"/>
    public static IReadOnlyCollection<string> ReadSha1(TextReader list, string name) => Read(list, name, "SHA-1", "SHA1 (", 40, "sha1sum");

    /// <summary>Takes a checksum of so many hexadecimal digits to lower case; null when it is none.</summary>
    public static string? Normalize(string text, int digits)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == digits && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null;
    }

    private static HashSet<string> Read(TextReader list, string name, string kind, string tag, int digits, string program)
    {
        ArgumentNullException.ThrowIfNull(list);
        var checksums = new HashSet<string>();
        int number = 0;
        while (list.ReadLine() is { } line)
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
                continue;
            checksums.Add(Normalize(Cut(text, tag), digits)
                ?? throw new UsageException(
                    $"{name}, line {number}: this is not a valid {kind}; each line begins with {digits} hexadecimal digits, as {program} "
                    + "prints them"));
        }

        return checksums;
    }

    private static string Cut(string line, string tag)
    {
        if (line.StartsWith(tag, StringComparison.Ordinal))
            return line[(line.LastIndexOf(' ') + 1)..];

        // A backslash says that the name behind is escaped.
        line = line.TrimStart('\\');
        int space = line.IndexOfAny([' ', '\t']);
        return space < 0 ? line : line[..space];
    }
}
