using System.Text;

namespace Mig.Git.Tables;

/// <summary>A table of tabs: a line of headings, then a line for each row.</summary>
internal sealed class Table
{
    private readonly StringBuilder _text = new();
    private readonly int _columns;

    public Table(params ReadOnlySpan<string> headings)
    {
        _columns = headings.Length;
        Row(headings);
    }

    /// <summary>Adds a row of cells that are escaped.</summary>
    public void Row(params ReadOnlySpan<string> cells)
    {
        if (cells.Length != _columns)
            throw new ArgumentException($"{cells.Length} cells, {_columns} needed");
        _text.AppendJoin('\t', cells).Append('\n');
    }

    public byte[] ToArray() => Encoding.UTF8.GetBytes(_text.ToString());
}
