using Mig.Core;

namespace Mig.Searching;

/// <summary>Reads lists of checksums as <c>sha256sum</c> writes them, with or without names, <c>--tag</c> included.</summary>
public static class ChecksumList
{
    private const string Tag = "SHA256 (";

    /// <param name="name">What the list is called in messages.</param>
    /// <returns>Each checksum once.</returns>
    /// <exception cref="UsageException">A line is something else; empty ones, and those that begin with <c>#</c>, are passed over.</exception>
    public static IReadOnlyCollection<ObjectId> Read(TextReader list, string name)
    {
        ArgumentNullException.ThrowIfNull(list);
        var checksums = new HashSet<ObjectId>();
        int number = 0;
        while (list.ReadLine() is { } line)
        {
            number++;
            ReadOnlySpan<char> text = line.AsSpan().Trim();
            if (text.IsEmpty || text[0] == '#')
                continue;
            if (!TryParse(text, out ObjectId checksum))
                throw new UsageException($"{name}, line {number}: this is no SHA-256; each line begins with 64 hexadecimal digits, as sha256sum prints them");
            checksums.Add(checksum);
        }

        return checksums;
    }

    private static bool TryParse(ReadOnlySpan<char> line, out ObjectId checksum)
    {
        if (line.StartsWith(Tag))
            return ObjectId.TryParse(line[(line.LastIndexOf(' ') + 1)..], out checksum);

        // A backslash says that the name behind is escaped.
        line = line.TrimStart('\\');
        int space = line.IndexOfAny(' ', '\t');
        return ObjectId.TryParse(space < 0 ? line : line[..space], out checksum);
    }
}
