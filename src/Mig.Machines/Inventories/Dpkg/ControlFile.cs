using System.Text;

namespace Mig.Machines.Inventories.Dpkg;

/// <summary>Reads files of paragraphs with fields. Source: deb822(5).</summary>
internal static class ControlFile
{
    /// <summary>Receives the fields of one line; continued lines are left out.</summary>
    public delegate void FieldVisitor(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>Visits the fields of each paragraph.</summary>
    /// <param name="end">Called after each paragraph that has a field.</param>
    public static void Read(ReadOnlySpan<byte> text, FieldVisitor visit, Action end)
    {
        bool any = false;
        while (!text.IsEmpty)
        {
            int newline = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = newline < 0 ? text : text[..newline];
            text = newline < 0 ? default : text[(newline + 1)..];
            if (line.Trim(" \t\r"u8).IsEmpty)
            {
                if (any)
                    end();
                any = false;
                continue;
            }

            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[0] is (byte)' ' or (byte)'\t')
                continue;
            any = true;
            visit(line[..colon], line[(colon + 1)..].Trim(" \t\r"u8));
        }

        if (any)
            end();
    }

    /// <summary>Tells whether a field has a name, whatever its case.</summary>
    public static bool Is(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(field, name);
}
