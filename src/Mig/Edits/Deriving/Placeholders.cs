using System.Text;
using Mig.Core;

namespace Mig.Edits.Deriving;

/// <summary>Bytes with places for the values of a row.</summary>
/// <remarks>
/// In files and their names, <c>{{column}}</c> is a place, spaces within allowed, and <c>\{{</c> stands for <c>{{</c> itself (<c>\\{{</c>
/// for a backslash and a place). In names of branches and messages it is <c>{column}</c>, with <c>{{</c> and <c>}}</c> for single braces.
/// </remarks>
internal sealed class Placeholders
{
    private const byte Backslash = (byte)'\\';

    // Bytes as they are, and after each of them the value of a column; no column after the last.
    private readonly List<(byte[] Text, int Column)> _parts = [];

    private Placeholders()
    {
    }

    /// <summary>Reads a file or its name.</summary>
    /// <param name="where">How it is called in messages.</param>
    /// <exception cref="UsageException">A column is not there, or braces are not closed.</exception>
    public static Placeholders ParseTemplate(ReadOnlySpan<byte> text, CsvTable table, string where)
    {
        var places = new Placeholders();
        using var literal = new MemoryStream();
        while (true)
        {
            int open = text.IndexOf("{{"u8);
            if (open < 0)
                break;
            ReadOnlySpan<byte> before = text[..open];
            int slashes = before.Length - before.TrimEnd(Backslash).Length;
            bool isLiteral = slashes % 2 == 1;
            literal.Write(before[..(open - ((slashes + 1) / 2))]);
            text = text[(open + 2)..];
            if (isLiteral)
            {
                literal.Write("{{"u8);
                continue;
            }

            int close = text.IndexOf("}}"u8), lineEnd = text.IndexOf((byte)'\n');
            if (close < 0 || (lineEnd >= 0 && lineEnd < close))
                throw new UsageException($"{where}: '{{{{' has no '}}}}' on its line; write '\\{{{{' for the braces themselves");
            places._parts.Add((literal.ToArray(),
                Find(table, text[..close], $"{where}, '{{{{{Encoding.UTF8.GetString(text[..close])}}}}}'")));
            literal.SetLength(0);
            text = text[(close + 2)..];
        }

        literal.Write(text);
        places._parts.Add((literal.ToArray(), -1));
        return places;
    }

    /// <summary>Reads the pattern of a branch's name or a message.</summary>
    public static Placeholders ParsePattern(string pattern, CsvTable table, string where)
    {
        var places = new Placeholders();
        var literal = new StringBuilder();
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c is '{' or '}' && i + 1 < pattern.Length && pattern[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '{')
            {
                int close = pattern.IndexOf('}', i);
                if (close < 0)
                    throw new UsageException($"{where} '{pattern}': a {{ has no partner; write {{{{ for the brace itself");
                places._parts.Add((Encoding.UTF8.GetBytes(literal.ToString()),
                    table.FindColumn(pattern[(i + 1)..close].Trim(), $"{where} '{pattern}'")));
                literal.Clear();
                i = close;
            }
            else
            {
                literal.Append(c);
            }
        }

        places._parts.Add((Encoding.UTF8.GetBytes(literal.ToString()), -1));
        return places;
    }

    /// <summary>Returns the bytes for a row.</summary>
    public byte[] Fill(CsvRow row)
    {
        using var filled = new MemoryStream();
        foreach ((byte[] text, int column) in _parts)
        {
            filled.Write(text);
            if (column >= 0)
                filled.Write(Encoding.UTF8.GetBytes(row.Values[column]));
        }

        return filled.ToArray();
    }

    private static int Find(CsvTable table, ReadOnlySpan<byte> column, string where)
    {
        try
        {
            return table.FindColumn(Encoding.UTF8.GetString(column).Trim(), where);
        }
        catch (UsageException e)
        {
            throw new UsageException($"{e.Message}; write '\\{{{{' for the braces themselves");
        }
    }
}
