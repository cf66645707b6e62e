using System.Text;
using Mig.Edits.Changes;
using Mig.Edits.Deriving;

namespace Mig.Fuzz.Targets;

/// <summary>What users write by hand: lists of changes, tables, templates.</summary>
internal sealed class ChangesTarget : FuzzTarget
{
    public override string Name => "changes";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Encoding.UTF8.GetBytes(
            "C# x\nput -a -p 'a b' c /d/ mode=0644 owner=a:b time=@1\nwrite /x <<EOF\n\\{{a}}\nEOF\nappend /y \"z\\n\\303\"\nmkdir -p /a "
            + "@2/b\nrm -rf /c\nmv /a /b\nln -sfn t /l\nchmod -R u+x,go=rX /m\nchown -Rh u:g /o\ntouch -c /t time='2 days ago'\nsetfattr "
            + "n 0x00 /p\nsetfattr -x n /p\ntruncate 5 /q\n"),
        Encoding.UTF8.GetBytes("Tname,ip\n\"a \"\"b\"\"\",1\r\nc,\"d\ne\"\n"),
        Encoding.UTF8.GetBytes("Pa {{name}} \\{{b}} \\\\{{ ip }}\n{{name}}"),
        Encoding.UTF8.GetBytes("B{name}/{ip} {{x}}"),
    ];

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
            return;
        ReadOnlySpan<byte> text = input.AsSpan(1);
        CsvTable table = CsvTable.Parse("name,ip\na,b\n"u8, "table");
        switch (input[0])
        {
            case (byte)'T':
                CsvTable.Parse(text, "table");
                break;
            case (byte)'P':
                Placeholders.ParseTemplate(text, table, "template").Fill(table.Rows[0]);
                break;
            case (byte)'B':
                Placeholders.ParsePattern(Encoding.UTF8.GetString(text), table, "pattern").Fill(table.Rows[0]);
                break;
            default:
                new ChangesReader("changes", "/", TimeProvider.System).Read(text);
                break;
        }
    }
}
