using System.Text;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Mounts;

/// <summary>Reads what is written in <c>fstab</c>. Source: fstab(5), getmntent(3).</summary>
internal static class Fstab
{
    /// <summary>The path of the file.</summary>
    public const string Path = "etc/fstab";

    private const int MaxEntries = 4096;

    public static IReadOnlyList<MountEntry> Parse(ReadOnlySpan<byte> fstab)
    {
        var entries = new List<MountEntry>();
        foreach (string line in Encoding.UTF8.GetString(fstab).Split('\n'))
        {
            string[] fields = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 2 && fields[0][0] != '#' && entries.Count < MaxEntries)
                entries.Add(new MountEntry(Unescape(fields[0]), Unescape(fields[1]), fields.ElementAtOrDefault(2) ?? "",
                    Unescape(fields.ElementAtOrDefault(3) ?? ""), Path));
        }

        return entries;
    }

    // A blank is written as \040: a backslash and three octal digits stand for one byte.
    private static string Unescape(string field)
    {
        const int Digits = 3;
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(field);
        var bytes = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + Digits < text.Length && !text.Slice(i + 1, Digits).ContainsAnyExceptInRange((byte)'0', (byte)'7'))
            {
                bytes.Add((byte)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += Digits;
            }
            else
            {
                bytes.Add(text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
