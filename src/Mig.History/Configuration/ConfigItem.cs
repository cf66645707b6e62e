namespace Mig.History.Configuration;

/// <summary>A section header or a setting, and where it stands in the text.</summary>
/// <param name="Name">Null for a section header.</param>
/// <param name="Start">Offset of the first character.</param>
/// <param name="NameEnd">Offset after the name, or after the header's <c>]</c>.</param>
/// <param name="ValueStart">Offset of the value; equal to <paramref name="ValueEnd"/> when it is empty.</param>
/// <param name="ValueEnd">Offset after the value, before white space and comments.</param>
/// <param name="End">Offset of the line break that ends it, or of the end of the text; for a header, equal to
/// <paramref name="NameEnd"/>.</param>
internal sealed record ConfigItem(string Section, string? Subsection, string? Name, string? Value, int Line, int Start, int NameEnd,
    int ValueStart, int ValueEnd, int End)
{
    public bool IsHeader => Name is null;
}
