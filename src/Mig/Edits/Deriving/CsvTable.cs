using System.Text;
using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Edits.Deriving;

/// <summary>
/// A table of text with names of columns in its first line. Source: RFC 4180, UTF-8, with or without a byte order mark; lines end with CR
/// LF or LF.
/// </summary>
public sealed class CsvTable
{
    private const int MaxBytes = 256 << 20;
    private const int MaxRows = 1_000_000;

    private CsvTable(IReadOnlyList<string> columns, IReadOnlyList<CsvRow> rows)
    {
        Columns = columns;
        Rows = rows;
    }

    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<CsvRow> Rows { get; }

    /// <param name="name">How the file is called in messages.</param>
    /// <exception cref="UsageException">It is no such table; the message names the line.</exception>
    public static CsvTable Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length > MaxBytes)
            throw new UsageException($"{name} has {bytes.Length} bytes, at most {MaxBytes} are read");
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"{name} is not UTF-8; convert it, as with 'iconv -t UTF-8'");
        }

        CsvParser parser = new(text, name);
        List<CsvRow> lines = [];
        while (parser.Read() is { } row)
        {
            lines.Add(row);
            if (lines.Count > MaxRows + 1)
                throw new UsageException($"{name} has more than {MaxRows} rows");
        }

        if (lines.Count == 0)
            throw new UsageException($"{name} is empty; its first line names the columns, as in 'name,ip'");
        List<string> columns = [.. lines[0].Values];
        if (columns is [var only] && Array.Find([";", "\t"], separator =>
            only.Contains(separator, StringComparison.Ordinal)) is { } separator)
            throw new UsageException(
                $"{name}, line {lines[0].Line}: the columns are separated by {(separator == ";" ? "';'" : "tabs")}, and commas are "
                + $"needed; save the table with commas, or convert it, as with 'tr '{(separator == ";" ? ";" : "\\t")}' ,' where no value "
                + "has one");
        Check(columns, lines, name);
        return new CsvTable(columns, [.. lines.Skip(1)]);
    }

    /// <summary>Returns the place of a column.</summary>
    /// <param name="where">What asks for it, for the message.</param>
    /// <exception cref="UsageException">There is none of that name; near names are offered.</exception>
    public int FindColumn(string column, string where)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
                return i;
        }

        throw new UsageException(
            $"{where}: there is no column '{column}'.{NearNames.Suggest(column, Columns)} The table has {string.Join(", ", Columns)}");
    }

    private static void Check(List<string> columns, List<CsvRow> lines, string name)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].Length == 0 || columns[i].AsSpan().ContainsAny('{', '}'))
                throw new UsageException(
                    $"{name}, line {lines[0].Line}: column {i + 1} is called '{columns[i]}', a name without braces is needed");
            if (columns.IndexOf(columns[i]) != i)
                throw new UsageException($"{name}, line {lines[0].Line}: there are two columns '{columns[i]}'");
        }

        foreach (CsvRow row in lines)
        {
            if (row.Values.Count != columns.Count)
                throw new UsageException(
                    $"{name}, line {row.Line}: {row.Values.Count} values, {columns.Count} needed, one for each column");
        }
    }
}
